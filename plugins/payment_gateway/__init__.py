"""What moves money: order entry, the runner of operations, gateways and the practice bank."""
