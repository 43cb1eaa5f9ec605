"""Settings, read once from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping


@dataclass(frozen=True)
class Settings:
    broker_url: str
    redis_url: str
    database_url: str
    mirror_root: str
    relay_host: str
    relay_port: int
    spool: Path
    user_agent: str
    poll_batch: int

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        redis_url = env.get("REDIS_URL", "redis://localhost:6379/0")
        return cls(
            broker_url=env.get("BROKER_URL", redis_url),
            redis_url=redis_url,
            database_url=env.get("DATABASE_URL", "postgresql://localhost/feedhub"),
            mirror_root=env.get("MIRROR_ROOT", "ftp://mirror.example.net/feeds"),
            relay_host=env.get("RELAY_HOST", "localhost"),
            relay_port=int(env.get("RELAY_PORT", "7400")),
            spool=Path(env.get("SPOOL", "/var/spool/feedhub")),
            user_agent=env.get("USER_AGENT", "feedhub/1.8 (+https://example.org/bot)"),
            poll_batch=int(env.get("POLL_BATCH", "500")),
        )


settings = Settings.from_env(os.environ)
