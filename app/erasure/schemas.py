"""What is said about erasing oneself over HTTP."""

from app.auth.schemas import Password
from app.core.schema import Schema


class EraseRequest(Schema):
    password = Password(shortest=1, required=True)
