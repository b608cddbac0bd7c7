"""What each command of ./dev does."""
