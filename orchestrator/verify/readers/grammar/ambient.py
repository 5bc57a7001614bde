"""What asks for the clock, or for what lies in a file, in every language but Python. Only data."""

import re

NOW = re.compile(
    r"Date\.now|time\.Now|System\.(?:nanoTime|currentTimeMillis)|Math\.random|performance\.now|Instant\.now"
)


FILES = re.compile(
    r"(?:os|ioutil|embed)\.(?:ReadFile|Open)|(?:\w+\.)?readFileSync|(?:std::)?fs::read(?:_to_string)?"
    r"|(?:java\.nio\.file\.)?Files\.(?:read\w+|lines|newInputStream|newBufferedReader)|.*\.getResource(?:AsStream)?"
    r"|(?:java\.util\.)?ResourceBundle\.getBundle|(?:std::)?(?:fs::)?File::open",
    re.DOTALL,
)
"""Functions that give what a file holds; of a fixed name, that is what lies around."""
DECODES = re.compile(
    r"json\.(?:Unmarshal|NewDecoder)|yaml\.Unmarshal|JSON\.parse|(?:serde_json|toml|serde_yaml)::from_\w+"
    r"|new(?:com\.\w+\.)*(?:ObjectMapper|Gson)\(\)\.(?:readValue|fromJson)|(?:path|Path|Paths)\.(?:join|resolve|of|get)"
)
