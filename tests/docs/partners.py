"""The partners that the pages of docs/ speak of, on a free port of the loopback: https://HOST/PATH of a page is http://127.0.0.1:PORT/HOST/PATH here.
Run by hand it prints its address and serves until it is ended."""

import http.server
import re
import threading

HOSTS = re.compile(r"https?://((?!partners\.)(?:[a-z0-9-]+\.)*example\.(?:org|net))/")


def atom(title, host, entries):
    items = "".join(
        f"<entry><title>{name}</title><id>https://{host}/{slug}</id><link href='https://{host}/{slug}'/>"
        f"<published>{date}</published><updated>{date}</updated><summary>{text}</summary></entry>" for name, slug, date, text in entries)
    return ("application/atom+xml", f"<feed xmlns='http://www.w3.org/2005/Atom'><title>{title}</title><id>https://{host}/</id>"
            f"<updated>{entries[0][2]}</updated><link href='https://{host}/'/><author><name>{title}</name></author>{items}</feed>")


def rss(title, host, entries):
    items = "".join(f"<item><title>{name}</title><guid>https://{host}/{slug}</guid><link>https://{host}/{slug}</link>"
                    f"<pubDate>{date}</pubDate><description>{text}</description></item>" for name, slug, date, text in entries)
    return ("application/rss+xml", f"<rss version='2.0'><channel><title>{title}</title><link>https://{host}/</link>"
            f"<description>News</description>{items}</channel></rss>")


# Two copies of one text: the same story at two partners.
GRANT = ("Nine libraries share a grant of the region to open their reading rooms in the evening, and to lend tools, "
         "instruments and seeds beside books, from the first of December on.")

DOCUMENTS = {
    "library.example.org/news.atom": atom("Harbour Library", "library.example.org", [
        ("Evening hours for nine libraries", "evening-hours", "2026-11-20T09:00:00Z", GRANT),
        ("The map room is open again", "map-room", "2026-11-12T09:00:00Z", "After a year of repairs the map room is open again."),
        ("Seeds to borrow", "seeds", "2026-11-02T09:00:00Z", "Borrow seeds in spring, and bring some back in autumn.")]),
    "museum.example.org/": ("text/html", "<!DOCTYPE html><html><head><title>Museum of Tools</title><link rel='alternate' "
                            "type='application/rss+xml' title='News of the museum' href='/museum.example.org/feed.xml'></head>"
                            "<body><p>Welcome.</p></body></html>"),
    "museum.example.org/feed.xml": rss("Museum of Tools", "museum.example.org", [
        ("Libraries lend tools", "tools", "Sat, 21 Nov 2026 10:00:00 GMT", GRANT),
        ("A lathe from 1890", "lathe", "Tue, 03 Nov 2026 10:00:00 GMT", "The lathe of a clock maker came to us.")]),
    "press.example.net/feed.json": ("application/feed+json", '{"version": "https://jsonfeed.org/version/1.1", "title": "Riverbank Press", "items": ['
                                    '{"id": "7", "url": "https://press.example.net/7", "title": "A book about bridges", '
                                    '"content_text": "Twelve bridges, and who crosses them.", "date_published": "2026-11-18T08:00:00Z"}]}'),
}


class Partners:
    def __init__(self, port=0):
        partners = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, text = DOCUMENTS.get(self.path[1:], ("text/plain", None))
                body = (partners.here(text) if text else "not found\n").encode()
                self.send_response(200 if text else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def here(self, text):
        """The text of a page with its partners' addresses as they are here."""
        return HOSTS.sub(lambda found: self.base + found[1] + "/", text)

    def there(self, text):
        return re.sub(re.escape(self.base) + r"([a-z0-9.-]+)/", r"https://\1/", text)


if __name__ == "__main__":
    partners = Partners()
    print(partners.base, flush=True)
    threading.Event().wait()
