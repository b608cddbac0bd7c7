"""What Paystack keeps of a local payment: 1.5% + NGN 100, the NGN 100 waived below NGN 2,500, at most NGN 2,000."""

CAP = 200_000
FLAT = 10_000
FLAT_FROM = 250_000


def local_fee(amount: int) -> int:
    """Kobo in, kobo out; half a kobo rounds up. Source: paystack.com/pricing (Nigeria, local channels)."""
    percentage = (amount * 15 + 500) // 1000
    return min(CAP, percentage + (FLAT if amount >= FLAT_FROM else 0))
