"""Shows this folder in a browser, and asks nothing of any other machine."""

import http.server
import webbrowser
from functools import partial
from pathlib import Path

folder = Path(__file__).resolve().parent
handler = partial(http.server.SimpleHTTPRequestHandler, directory=folder)
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
    address = f"http://127.0.0.1:{server.server_port}/"
    print(f"{address}  (Ctrl+C stops it)")
    webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
