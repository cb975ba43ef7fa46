"""What people type, checked for shape. Rules live in the services."""
