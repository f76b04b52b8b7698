"""Programs do not count, people do: user agents as they were met in the wild."""

import pytest

from publishing.pageviews import robots

pytest_plugins = ["tests.publishing.pageviews_fixtures"]

MOZILLA = "Mozilla/5.0 (compatible; {})"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"

ROBOTS = [
    "",
    "-",
    "Mozilla/5.0",
    MOZILLA.format("Googlebot/2.1; +http://www.google.com/bot.html"),
    f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) {WEBKIT} Chrome/131.0.0.0 "
    "Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    MOZILLA.format("GoogleOther"),
    MOZILLA.format("bingbot/2.0; +http://www.bing.com/bingbot.htm"),
    MOZILLA.format("Baiduspider/2.0; +http://www.baidu.com/search/spider.html"),
    MOZILLA.format("YandexBot/3.0; +http://yandex.com/bots"),
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/70.0.3538.77 Safari/537.36; "
    "360Spider",
    "Mozilla/5.0 (Windows; U; Windows NT 5.1; zh-CN; ) YisouSpider/5.0",
    MOZILLA.format("Bytespider; spider-feedback@bytedance.com"),
    MOZILLA.format("PetalBot; +https://webmaster.petalsearch.com/site/petalbot"),
    MOZILLA.format("GPTBot/1.2; +https://openai.com/gptbot"),
    MOZILLA.format("ChatGPT-User/1.0; +https://openai.com/bot"),
    MOZILLA.format("ClaudeBot/1.0; +claudebot@anthropic.com"),
    MOZILLA.format("PerplexityBot/1.0; +https://perplexity.ai/perplexitybot"),
    "CCBot/2.0 (https://commoncrawl.org/faq/)",
    MOZILLA.format("AhrefsBot/7.0; +http://ahrefs.com/robot/"),
    MOZILLA.format("SemrushBot/7~bl; +http://www.semrush.com/bot.html"),
    MOZILLA.format("MJ12bot/v1.4.8; http://mj12bot.com/"),
    MOZILLA.format("DotBot/1.2; +https://opensiteexplorer.org/dotbot"),
    "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0 A",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    MOZILLA.format("Discordbot/2.0; +https://discordapp.com"),
    "Mozilla/5.0 (iPhone) WeChatShareExtensionNew/8.0.30",
    "curl/8.4.0 (x86_64)",
    "curl/8.4.0",
    "Wget/1.21.3 (linux-gnu)",
    "python-requests/2.31.0",
    "Python-urllib/3.11",
    "Python/3.11 aiohttp/3.9.1",
    "python-httpx/0.27.0",
    "Scrapy/2.11.0 (+https://scrapy.org)",
    "Go-http-client/1.1",
    "Java/17.0.9 (HttpURLConnection)",
    "Apache-HttpClient/4.5.14 (Java/17.0.9)",
    "okhttp/4.12.0",
    "axios/1.6.2 (node)",
    "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    "undici/6.0 (node)",
    "libwww-perl/6.67",
    "Ruby",
    "HTTrack 3.49-2 (Linux)",
    "Mozilla/4.5 (compatible; HTTrack 3.0x; Windows 98)",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 "
    "Safari/538.1",
    f"Mozilla/5.0 (Linux; Android 11; moto g power (2022)) {WEBKIT} Chrome/119.0.0.0 Mobile "
    "Safari/537.36 Chrome-Lighthouse",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "UptimeRobot/2.0; http://www.uptimerobot.com/",
    MOZILLA.format("StatusCake"),
    "kube-probe/1.28+",
    "ELB-HealthChecker/2.0",
    "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
    "Feedfetcher-Google; (+http://www.google.com/feedfetcher.html)",
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)",
    "W3C_Validator/1.3 http://validator.w3.org/services",
]

ANDROID = f"{WEBKIT} Version/4.0 Chrome/97.0.4692.98 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15"

PEOPLE = {
    "Chrome": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36",
    "Edge": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36 "
    "Edg/131.0.0.0",
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Safari": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.4 Safari/605.1.15",
    "Safari on a telephone": f"{IPHONE} (KHTML, like Gecko) Version/17.4 Mobile/15E148 "
    "Safari/604.1",
    "Samsung Internet": f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {WEBKIT} "
    "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
    "Opera": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0.0.0 "
    "Safari/537.36 OPR/115.0.0.0",
    "Baidu app": f"Mozilla/5.0 (Linux; Android 12; PGT-AN10) {ANDROID} T7/13.66 "
    "SP-engine/3.4.0 baiduboxapp/13.66.0.10 (Baidu; P1 12) NABar/1.0",
    "Baidu app on an iPhone": f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 "
    "SP-engine/3.12.0 main%2F1.0 baiduboxapp/13.65.0.11 (Baidu; P2 17.4)",
    "WeChat": f"Mozilla/5.0 (Linux; Android 13; V2171A) {ANDROID} XWEB/5317 MMWEBSDK/20231105 "
    "MicroMessenger/8.0.44.2502(0x28002C35) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN",
    "WeChat on an iPhone": f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.47(0x18002f2c) NetType/WIFI Language/zh_CN",
    "QQ browser": f"Mozilla/5.0 (Linux; U; Android 13; zh-cn; M2102K1C) {ANDROID} MQQBrowser/14.6",
    "UC browser": f"Mozilla/5.0 (Linux; U; Android 12; zh-CN; PEHM00) {WEBKIT} Version/4.0 "
    "Chrome/100.0.4896.58 UCBrowser/16.5.0.1312 Mobile Safari/537.36",
    "Sogou browser": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} "
    "Chrome/80.0.3987.87 Safari/537.36 SE 2.X MetaSr 1.0",
    "360 browser": f"Mozilla/5.0 (Windows NT 10.0; WOW64) {WEBKIT} Chrome/108.0.5359.95 "
    "Safari/537.36 QIHU 360SE",
    "Huawei browser": f"Mozilla/5.0 (Linux; Android 10; HMA-AL00) {WEBKIT} Chrome/114.0.5735.196 "
    "HuaweiBrowser/14.0.5.303 Mobile Safari/537.36",
    "CUBOT telephone": f"Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 21) {WEBKIT} "
    "Chrome/120.0.0.0 Mobile Safari/537.36",
    "Weibo": f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 Weibo (iPhone14,2__weibo__13.9.0)",
    "DingTalk": f"Mozilla/5.0 (Linux; U; Android 12; zh-CN; V2157A) {ANDROID} "
    "UWS/3.22.2.45 AliApp(DingTalk/7.0.40) com.alibaba.android.rimet",
}


@pytest.mark.django_db
def test_programs_do_not_count_and_are_tallied(site):
    item = site.item()
    for robot in ROBOTS:
        site.view(item, HTTP_USER_AGENT=robot)
    site.view(item, HTTP_USER_AGENT=None)
    site.collect()
    assert site.total(item) == 0
    assert site.excluded() == {"robot": len(ROBOTS) + 1}


@pytest.mark.parametrize("robot", ROBOTS)
def test_a_program_is_known_as_one(robot):
    assert robots.is_robot(robot)


@pytest.mark.django_db
def test_every_browser_that_people_use_counts(site):
    item = site.item()
    for user_agent in PEOPLE.values():
        site.view(item, HTTP_USER_AGENT=user_agent)
    site.collect()
    assert site.total(item) == len(PEOPLE)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_browser_is_not_taken_for_a_program(name):
    assert not robots.is_robot(PEOPLE[name])


def test_a_robot_that_carries_the_name_of_a_browser_is_a_robot():
    assert robots.is_robot(PEOPLE["Baidu app"] + " Baiduspider-render/2.0")
    assert robots.is_robot(PEOPLE["CUBOT telephone"] + " (compatible; Googlebot/2.1)")


def test_an_endless_user_agent_does_no_harm():
    assert not robots.is_robot(PEOPLE["Chrome"] + " x" * 100_000)


def test_the_list_of_counter_is_complete():
    lines = robots.COUNTER_LIST.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if not line.startswith("# ")]) > 300
