"""Rule sets, one YAML file per facility and version."""
