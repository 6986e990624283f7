"""The post: mails written into the outbox with the change they tell of, sent afterwards, again until they arrived."""
