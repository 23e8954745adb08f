"""Report: reads records only, and knows neither physics nor the machinery that judges."""
