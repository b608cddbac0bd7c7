"""Paystack's test cards and what becomes of a payment made with each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """`status` is the transaction's after the attempt; `refund_path` what becomes of a refund of it."""

    alias: str
    number: str
    status: str
    gateway_response: str
    brand: str = "visa"
    label: str = ""
    refund_path: str = "normal"
    channel: str = "card"

    @property
    def bin(self) -> str:
        return self.number[:6]

    @property
    def last4(self) -> str:
        return self.number[-4:]


CARDS = (
    Card("success", "4084084084084081", "success", "Successful", label="pays"),
    Card("success_mastercard", "5192602720584796", "success", "Successful", "mastercard", "pays"),
    Card("pin", "507850785078507812", "success", "Approved", "verve", "pays, PIN 1111"),
    Card("otp", "5060666666666666666", "success", "Approved", "verve", "pays, PIN 1234, OTP 123456"),
    Card("otp_phone", "507850785078507804", "success", "Approved", "verve", "pays, PIN 0000, phone, OTP 123456"),
    Card("declined", "4084080000005408", "failed", "Declined", label="is declined"),
    Card("insufficient", "4084080000670037", "failed", "Insufficient Funds", label="has too little money"),
    Card("token", "507850785078507853", "failed", "Token Not Generated. Customer Not Registered on Token Platform",
         "verve", "gets no token"),
    Card("timeout", "5060660000000064", "failed", "Transaction timed out", "verve", "times out"),
    Card("error", "506066506066506067", "failed", "Unable to process transaction", "verve", "meets an error"),
    Card("refund_fails", "4084080000671803", "success", "Successful", label="pays; its refund fails",
         refund_path="failed"),
    Card("refund_needs_attention", "4084080000671902", "success", "Successful",
         label="pays; its refund needs attention", refund_path="needs_attention"),
    Card("bank_transfer", "0000000000", "success", "Successful", "", "pays by bank transfer", channel="bank_transfer"),
    Card("transfer_awaited", "0000000001", "ongoing", "Awaiting transfer", "",
         "starts a transfer that is not there yet",
         channel="bank_transfer"),
)  # fmt: skip
BY_NAME = {name: card for card in CARDS for name in (card.alias, card.number)}


def find_card(wanted: str) -> Card | None:
    """By alias or by number, as people write it: with spaces or dashes."""
    bare = wanted.strip().lower().replace(" ", "")
    return BY_NAME.get(bare) or BY_NAME.get(bare.replace("-", ""))
