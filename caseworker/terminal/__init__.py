"""Text for terminals: nothing that a source wrote can steer one."""
