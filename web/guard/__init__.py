"""What keeps the site safe and fast: bounds on SQL and on requests, headers, and the store of rendered pages."""
