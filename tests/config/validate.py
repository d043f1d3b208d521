"""validate.py SCHEMA YAML: 0 when the file passes, 1 when not, 77 when a module is missing."""
import json
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    sys.exit(77)
with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    document = yaml.safe_load(file)
jsonschema.Draft202012Validator.check_schema(schema)
faults = list(jsonschema.Draft202012Validator(schema).iter_errors(document))
for fault in faults:
    print("/".join(str(part) for part in fault.absolute_path), fault.message)
sys.exit(1 if faults else 0)
