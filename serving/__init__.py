"""The service: a packaged model's answers over HTTP, as a FastAPI app mounted in BentoML."""
