"""What beat orders: short SQL that finds what is due and enqueues what needs longer."""
