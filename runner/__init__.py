"""Runs the project on one machine: private servers, all processes, and the commands of ./dev."""
