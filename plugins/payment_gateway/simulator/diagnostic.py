"""getTransactionData: what the bank knows of a sale. It lists no operations, only amounts, status and the last one."""

import sqlite3
from datetime import datetime

from plugins.payment_gateway.gateways.seal import FieldValue

from . import ledger
from .ledger import Sale
from .outcome import Call, Outcome, paris_time


def transaction_data(database: sqlite3.Connection, call: Call, reference: str) -> Outcome:
    """Answer an inquiry: `getTransDataResponseCode` is about the inquiry, `responseCode` about the payment."""
    sale = ledger.find(database, call.merchant.merchant_id, reference)
    fields: dict[str, FieldValue] = {
        "merchantId": call.merchant.merchant_id,
        "transactionReference": reference,
        "getTransDataResponseCode": "25" if sale is None else "00",
    }
    return Outcome(fields if sale is None else fields | _facts(sale))


def _facts(sale: Sale) -> dict[str, FieldValue]:
    facts: dict[str, FieldValue | None] = {
        "responseCode": sale.response_code,
        "acquirerResponseCode": sale.acquirer_code,
        "authorisationId": sale.authorisation_id,
        "captureDay": sale.capture_day,
        "captureLimitDate": sale.limit_date.replace("-", "") if sale.limit_date else None,
        "captureMode": sale.capture_mode,
        "cardCSCResultCode": sale.csc_result,
        "currencyCode": sale.currency,
        "customerId": sale.customer_id,
        "fromTransactionReference": sale.from_reference,
        "lastOperationDateTime": paris_time(datetime.fromisoformat(sale.last_operation_at)),
        "lastOperationName": sale.last_operation,
        "maskedPan": sale.masked_pan,
        "orderChannel": sale.order_channel,
        "orderId": sale.order_id,
        "originAmount": sale.origin_amount,
        "currentAmount": sale.current_amount,
        "remainingAmount": sale.remaining_amount,
        "panExpiryDate": sale.pan_expiry,
        "paymentMeanBrand": sale.brand,
        "paymentMeanType": "CARD",
        "paymentPattern": sale.payment_pattern,
        "returnContext": sale.return_context,
        "transactionDateTime": paris_time(sale.created),
        "transactionStatus": sale.status,
    }
    return {name: value for name, value in facts.items() if value is not None}
