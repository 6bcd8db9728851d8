"""The fixtures give what they promise: real services, fresh for each test, on both engines."""

from __future__ import annotations

import redis
import sqlalchemy as sa
from playwright.async_api import Browser

from bot.store.database import Database
from bot.store.tables import audit, metadata
from tests.support.services import RedisServer


class TestDatabase:
    def test_it_has_every_table_and_the_engine_is_the_one_named(self, database: Database) -> None:
        assert set(metadata.tables) <= set(sa.inspect(database.engine).get_table_names())
        assert database.engine.dialect.name == database.url.split(":")[0]

    def test_what_one_test_wrote_no_other_sees(self, database: Database) -> None:
        self._write_alone(database)

    def test_what_the_other_test_wrote_is_not_here(self, database: Database) -> None:
        self._write_alone(database)

    def _write_alone(self, database: Database) -> None:
        with database.write() as connection:
            assert connection.execute(sa.select(audit)).all() == []
            connection.execute(audit.insert().values(at=sa.func.current_timestamp(), actor="test", what="wrote"))

    def test_a_bare_one_has_no_table(self, bare_database_url: str) -> None:
        opened = Database(bare_database_url)
        assert sa.inspect(opened.engine).get_table_names() == []
        opened.close()


class TestRedis:
    def test_it_is_empty_and_comes_back_empty_after_a_kill(self, redis_server: RedisServer) -> None:
        with redis.Redis.from_url(redis_server.url) as client:
            client.set("key", "value")
        redis_server.kill()
        redis_server.start()
        with redis.Redis.from_url(redis_server.url) as client:
            assert client.dbsize() == 0


class TestBrowser:
    async def test_it_renders_a_page(self, browser: Browser) -> None:
        page = await browser.new_page()
        await page.set_content("<button onclick=\"this.textContent='pressed'\">press</button>")
        await page.click("button")
        assert await page.inner_text("button") == "pressed"
