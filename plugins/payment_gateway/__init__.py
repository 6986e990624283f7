"""What moves money: the order desk, the runner, the gateways, the practice bank."""
