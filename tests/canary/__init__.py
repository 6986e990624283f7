"""The canary: a whole run types hundreds of card numbers and codes into the service; then each is hunted everywhere."""
