"""A Celery worker that does Trainyard's jobs on any machine that reaches its Redis and its object store."""
