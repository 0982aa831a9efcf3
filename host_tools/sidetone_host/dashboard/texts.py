"""The page's words in Chinese and English, and how a reader's language is chosen: ?lang=, else the cookie, else Accept-Language."""

from __future__ import annotations

from sidetone.core.etiquette.rules import NAMES
from sidetone_host.dashboard import fields

LANGUAGES = ("zh", "en")
COOKIE = "sidetone_lang"

# key: (English, Chinese)
TEXTS = {
    "title": ("Sidetone", "Sidetone 侧音"),
    "skip": ("Skip to the content", "跳到正文"),
    "nav": ("Main", "主导航"),
    "board": ("Wall board", "实时看板"),
    "calls": ("Calls", "通话列表"),
    "language": ("中文", "English"),
    "language_label": ("切换到中文", "Switch to English"),
    "advice": (
        "Figures support a talk between people; they are not a verdict. An agent may contest a finding within three days.",
        "数据用于沟通与辅导,不是定论。坐席可在三天内对结果提出异议。",
    ),
    # wall board
    "filter": ("Show", "显示"),
    "all": ("All", "全部"),
    "on_call": ("On a call", "通话中"),
    "attention": ("Attention", "需关注"),
    "away": ("Not heard", "无数据"),
    "find": ("Find a device", "查找设备"),
    "no_devices": ("No device has been heard yet.", "尚未收到任何设备的数据。"),
    "no_devices_how": ("Run “sidetone demo”, or point a device at this broker.", "运行 “sidetone demo”,或让设备连接到本消息服务器。"),
    "none_match": ("No device matches.", "没有符合条件的设备。"),
    "lost": ("The connection to the dashboard is lost; trying again …", "与看板服务的连接已断开,正在重试……"),
    "broker_absent": ("The message broker does not answer: nothing new can arrive.", "消息服务器没有应答:收不到新数据。"),
    "needs_script": (
        "The wall board is live and needs JavaScript; the list of calls works without.",
        "实时看板需要 JavaScript;通话列表不需要。",
    ),
    "lamp_key": ("Lamps", "指示灯"),
    "lamp_loud": ("Volume", "音量"),
    "lamp_pace": ("Pace", "语速"),
    "lamp_phrase": ("Phrases", "用语"),
    "lamp_process": ("Process", "流程"),
    "colour_off": ("off", "未亮"),
    "colour_green": ("good", "正常"),
    "colour_amber": ("watch", "注意"),
    "colour_red": ("limit", "超限"),
    "phase_idle": ("Idle", "空闲"),
    "phase_ringing": ("Ringing", "振铃"),
    "phase_talking": ("Talking", "通话"),
    "phase_hold": ("Hold", "等待"),
    "phase_closing": ("Closing", "收尾"),
    "phase_ended": ("Idle", "空闲"),
    "state_offline": ("Offline", "离线"),
    "state_help": ("Asks for help", "请求支援"),
    "state_stale": ("No data", "无数据"),
    "state_unknown": ("Not heard yet", "尚未收到"),
    "level": ("Level", "电平"),
    "rate": ("Rate", "语速"),
    "unit_dbfs": ("dBFS", "dBFS"),
    "unit_rate": ("syll/min", "音节/分"),
    "age": ("ago", "前"),
    "speaking": ("speaking", "正在讲话"),
    "and_more": ("and {n} more", "等另外 {n} 台"),
    # calls
    "since": ("From", "从"),
    "until": ("To", "到"),
    "device": ("Device", "设备"),
    "any_device": ("Any device", "所有设备"),
    "only_findings": ("Only with findings", "仅看有提示的"),
    "apply": ("Show", "查询"),
    "export": ("Export CSV", "导出 CSV"),
    "started": ("Ended at", "结束时间"),
    "by_arrival": ("by arrival: the device knew no time", "按到达时间:设备时间未知"),
    "length": ("Length", "时长"),
    "findings": ("Findings", "提示"),
    "call": ("Call", "通话"),
    "truncated": ("cut short", "中断"),
    "truncated_why": (
        "The device stopped in the middle of this call; the figures cover what it heard.",
        "通话途中设备停止工作,数据只覆盖已听到的部分。",
    ),
    "test_call": ("test call", "测试电话"),
    "no_calls": ("No calls in this selection.", "所选范围内没有通话。"),
    "older": ("Older calls", "更早的通话"),
    "newest": ("Newest calls", "最新的通话"),
    "count_calls": ("{n} calls", "{n} 个通话"),
    "open_call": ("Open this call", "查看此通话"),
    # one call
    "back": ("All calls", "返回列表"),
    "timeline": ("Timeline", "时间线"),
    "timeline_none": ("No timeline was stored for this call.", "此通话没有时间线数据。"),
    "timeline_table": ("The timeline as a table", "以表格查看时间线"),
    "time": ("Time", "时间"),
    "rule": ("Rule", "规则"),
    "what": ("What", "内容"),
    "value": ("Value", "数值"),
    "limit": ("Limit", "限值"),
    "standing": ("Note", "说明"),
    "not_kept": ("Not kept: {rule}", "未做到:{rule}"),
    "until_t": ("to", "至"),
    "no_findings": ("Nothing to point out in this call.", "此通话没有需要提示的内容。"),
    "for_coach": ("For the coach (indirect measures, never findings)", "供辅导参考(间接指标,不作为提示)"),
    "not_judged": ("Not judged in this call", "此通话未评判的规则"),
    "phrases": ("Phrases heard", "听到的用语"),
    "no_phrases": ("No listed phrase was heard.", "没有听到列表中的用语。"),
    "channel_agent": ("agent", "坐席"),
    "channel_customer": ("customer", "客户"),
    "certainty": ("Certainty", "把握"),
    "record": ("The record", "通话记录"),
    "measure": ("Measure", "指标"),
    "not_measured": ("not measured", "未测量"),
    "unit": ("Unit", "单位"),
    "times": ("×", "次"),
    "activity": ("Speech", "讲话"),
    "agent": ("Agent", "坐席"),
    "customer": ("Customer", "客户"),
    "phase": ("Phase", "阶段"),
    "technical": ("Record {boot}/{seq} of device {device}", "设备 {device} 的记录 {boot}/{seq}"),
    "json": ("This call as JSON", "此通话的 JSON 数据"),
    "left_out": ("{n} rare entries are only in the timeline", "另有 {n} 项仅见于时间线"),
    # errors
    "error": ("This did not work", "操作未成功"),
    "not_found": ("There is no such page or call.", "没有这个页面或通话。"),
    "store_down": ("The store cannot be read just now.", "暂时无法读取存储。"),
    "bad_request": ("The address asks for something impossible.", "请求的条件不正确。"),
}


def choose(asked: str | None, cookie: str | None, accept: str | None) -> str:
    """The reader's language, `zh` or `en`; Chinese where nothing tells, because that is where the standard is spoken."""
    if asked in LANGUAGES:
        return str(asked)
    if cookie in LANGUAGES:
        return str(cookie)
    best = ("zh", 0.0)
    for part in (accept or "")[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameters)
        if language in LANGUAGES and weight > best[1]:
            best = (language, weight)
    return best[0]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return max(0.0, min(1.0, float(value)))
    except ValueError:
        return 0.0


_SCRIPT_WORDS = (
    *("level", "rate", "age", "and_more", "lost", "broker_absent", "speaking"),
    *("findings", "phrases", "agent", "customer", "time"),
)


class Words:
    """One language's words; `words("calls")`, `words("count_calls", n=3)`. KeyError for a key that is not in the table."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._place = 0 if language == "en" else 1

    def __call__(self, key: str, **values: object) -> str:
        text = TEXTS[key][self._place]
        return text.format(**values) if values else text

    def pick(self, pair: tuple[str, str]) -> str:
        return pair[self._place]

    def rule(self, rule_id: str) -> str:
        """What a finding of this rule means; for a rule without words here, the rule's own name; the bare id for none of ours."""
        if rule_id in fields.RULE_OF:
            rule = fields.RULE_OF[rule_id]
            return self.pick((rule.en, rule.zh))
        return next((self("not_kept", rule=self.pick((en, zh))) for known, en, zh in NAMES if known == rule_id), rule_id)

    def label(self, label: str) -> str:
        """A phrase label in words; the device's own text for a label of the site."""
        return f"{self.pick(fields.TABOO)}: {self.content(label)}" if label.startswith("taboo_") else self.content(label)

    def content(self, label: str) -> str:
        """The same without saying of a taboo that it is one, for where the rule says so already."""
        known = fields.LABELS.get(label) or fields.TABOOS.get(label)
        return label.removeprefix("taboo_") if known is None else self.pick(known)

    def reason(self, reason: str) -> str:
        return self.pick(fields.REASONS[reason]) if reason in fields.REASONS else reason

    def for_script(self) -> dict[str, str]:
        """The words that the page's script writes."""
        prefixes = ("lamp_", "colour_", "phase_", "state_", "unit_", "channel_")
        return {key: self(key) for key in TEXTS if key.startswith(prefixes) or key in _SCRIPT_WORDS}
