"""Scrapy's settings for one source."""

from typing import Any

from crawl.sources import Source

DOWNLOAD_BYTES = 60_000_000


def settings(source: Source, contact: str) -> dict[str, Any]:
    """Settings that make us a polite and bounded visitor; `contact` is an e-mail address."""
    return {
        "USER_AGENT": f"Sourcebook/0.1 (+mailto:{contact})",
        "ROBOTSTXT_USER_AGENT": "Sourcebook",
        "ROBOTSTXT_OBEY": True,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            "crawl.middlewares.Guard": 50,
            "crawl.middlewares.Robots": 100,
            "crawl.middlewares.Retries": 550,
            "crawl.middlewares.Redirects": 600,
        },
        "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver"
        if source.allow_private
        else "crawl.addresses.PublicResolver",
        # One request at a time to a host; several hosts at once, as full texts lie scattered.
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": source.delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": source.delay,
        "DOWNLOAD_MAXSIZE": DOWNLOAD_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": 180,
        "DNS_TIMEOUT": 20,
        "RETRY_TIMES": 3,
        "RETRY_HTTP_CODES": [408, 429, 500, 502, 503, 504],
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "COOKIES_ENABLED": False,
        # Pages before those that they lead to, so that a limit keeps what is near the start.
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        # Cursors are long; links are bounded by the parser of pages.
        "URLLENGTH_LIMIT": 0,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOGSTATS_INTERVAL": 0,
        "LOG_LEVEL": "WARNING",
    }
