"""The record's fields and the standard's rules as people read them: names in Chinese and English, units, and whose limit it is.

A field is (key, group, unit, decimals, note); a rule is (id, standing, unit). `note` and `standing` are one of
    standard  the written standard gives the number or the duty
    ours      the standard gives no number: the limit is our engineering default, and the page says so
    advisory  a proxy for what cannot be measured: for coaching, never on a lamp
    possible  a hit that a person must listen to before it means anything
"""

from __future__ import annotations

from typing import NamedTuple


class Field(NamedTuple):
    """One field of the call record. `unit` is a key of UNITS; `decimals` is how many the page prints."""

    key: str
    group: str
    unit: str
    decimals: int
    note: str
    en: str
    zh: str


class Rule(NamedTuple):
    """One rule of the standard that the device can find broken. `unit` is of a finding's value and limit."""

    id: str
    standing: str
    unit: str
    en: str
    zh: str


# the order of the record (core/call/record.py): the page's table and the CSV's columns follow it
FIELDS = (
    Field("duration_s", "call", "s", 1, "", "Length of the call", "通话时长"),
    Field("rings", "call", "rings", 0, "", "Rings before the answer", "接听前振铃次数"),
    Field("answer_s", "call", "s", 1, "", "First ring to first word", "首次振铃到首句应答"),
    Field("agent_speech_s", "speech", "s", 1, "", "Agent's speech", "坐席讲话时长"),
    Field("customer_speech_s", "speech", "s", 1, "", "Customer's speech", "客户讲话时长"),
    Field("talk_ratio", "speech", "ratio", 0, "", "Agent's share of the talking", "坐席讲话占比"),
    Field("syllables", "pace", "count", 0, "", "Syllables spoken by the agent", "坐席音节数"),
    Field("rate_speaking_per_min", "pace", "per_min", 0, "", "Speech rate while speaking", "语速(按讲话时间)"),
    Field("rate_clock_per_min", "pace", "per_min", 0, "", "Speech rate over the whole call", "语速(按通话时长)"),
    Field("level_dbfs", "voice", "dbfs", 1, "", "Agent's active speech level", "坐席有效语音电平"),
    Field("loud_s", "voice", "s", 1, "ours", "Time too loud", "过响时长"),
    Field("quiet_s", "voice", "s", 1, "ours", "Time too quiet", "过轻时长"),
    Field("pitch_sd_st", "voice", "st", 1, "advisory", "Variation of pitch", "音高变化"),
    Field("pauses_per_min", "pace", "per_min_times", 1, "ours", "Pauses of half a second and more", "停顿(0.5 秒以上)"),
    Field("interruptions", "turns", "times", 0, "ours", "Interruptions (agent over customer)", "插话(坐席打断客户)"),
    Field("backchannels", "turns", "times", 0, "", "Listening sounds", "应和声"),
    Field("overlap_s", "turns", "s", 1, "", "Both speaking at once", "双方同时讲话"),
    Field("response_latency_s", "turns", "s", 1, "ours", "Reaction to the customer (median)", "应答反应时间(中位数)"),
    Field("longest_monologue_s", "turns", "s", 1, "ours", "Longest turn without the customer", "最长独自讲话"),
    Field("holds", "hold", "times", 0, "", "Holds", "请客户等待次数"),
    Field("hold_max_gap_s", "hold", "s", 1, "standard", "Longest silence in a hold", "等待中最长无声"),
    Field("silent_prompts", "hold", "times", 0, "standard", "Prompts in a silent call", "无声电话提示次数"),
    Field("opening_stages", "call", "of_three", 0, "ours", "Stages of the opening heard in time", "按时听到的开头语部分"),
    Field("overruns", "device", "times", 0, "", "Sound that the device missed", "设备漏处理次数"),
)
FIELD_OF = {field.key: field for field in FIELDS}
# label -> count, rule -> count, rule -> figure, field -> reason, reason -> rules
MAPS = ("phrases", "findings", "advice", "unmeasured", "not_judged")

GROUPS = {
    "call": ("Call", "通话"),
    "speech": ("Who spoke", "讲话"),
    "voice": ("Voice", "音量与语调"),
    "pace": ("Pace", "语速"),
    "turns": ("Turns", "轮流讲话"),
    "hold": ("Waiting", "等待与无声"),
    "device": ("Device", "设备"),
    "other": ("Other", "其他"),
}

UNITS = {
    "": ("", ""),
    "s": ("s", "秒"),
    "of_three": ("of 3", "/ 3"),
    "rings": ("rings", "声"),
    "ratio": ("%", "%"),
    "count": ("", "个"),
    "times": ("", "次"),
    "per_min": ("syllables/min", "音节/分"),
    "per_min_times": ("per min", "次/分"),
    "db": ("dB", "dB"),
    "day_minute": ("", ""),  # minutes since midnight, printed as a time of day
    "dbfs": ("dBFS", "dBFS"),
    "st": ("semitones", "半音"),
}

STANDINGS = {
    "standard": ("", ""),
    "ours": ("Limit is ours, not from the standard", "限值由本系统设定,规范未给出数值"),
    "advisory": ("Advisory: an indirect measure, for coaching only", "仅供参考:间接指标,只用于辅导"),
    "possible": ("Possible: to be reviewed, not a verdict", "疑似:待人工复核,不是定论"),
}

RULES = (
    Rule("A1", "standard", "rings", "Answered late", "接听过晚"),
    Rule("A2", "standard", "rings", "No apology for a late answer", "接听过晚未致歉"),
    Rule("A4", "standard", "rings", "Outbound call rang too long", "外呼振铃过久"),
    Rule("B1", "ours", "s", "Greeting missing or late", "开头问候缺失或过晚"),
    Rule("B2", "ours", "s", "Opening without the service phrase", "开头未说明服务"),
    Rule("B3", "ours", "s", "Opening without an offer of help", "开头未主动提供帮助"),
    Rule("B4", "ours", "", "Opening in another order", "开头语顺序不符"),
    Rule("B5", "ours", "day_minute", "Greeting does not fit the time of day", "问候与时段不符"),
    Rule("B6", "advisory", "st", "First sentence ends higher by", "首句结尾音调升高"),
    Rule("B7", "ours", "", "No title for the customer", "未使用尊称"),
    Rule("C1", "ours", "db", "Too loud", "音量过大"),
    Rule("C2", "ours", "db", "Too quiet", "音量过小"),
    Rule("C3", "ours", "db", "Voice not raised when asked", "客户听不清时未提高音量"),
    Rule("C4", "ours", "db", "Louder than an angry customer", "客户激动时声音高于客户"),
    Rule("C6", "advisory", "db", "Level over the customer's", "音量高于客户"),
    Rule("C7", "ours", "db", "Voice raised at a faint caller", "客户声音小时提高音量"),
    Rule("C8", "ours", "", "Volume raised in one jump", "音量突然提高"),
    Rule("C9", "advisory", "s", "Loud and muffled speech", "声音大而发闷"),
    Rule("C10", "ours", "times", "Breath in the microphone", "话筒有喷气声"),
    Rule("C11", "advisory", "db", "Variation of volume", "音量变化"),
    Rule("D1", "ours", "per_min", "Speech rate outside the band", "语速超出范围"),
    Rule("D2", "ours", "per_min", "Rate far from the customer's", "语速与客户相差过大"),
    Rule("D4", "ours", "s", "Slow to respond", "应答反应过慢"),
    Rule("D5", "advisory", "", "Few pauses", "停顿过少"),
    Rule("D6", "ours", "s", "Long monologue", "长时间独自讲话"),
    Rule("D7", "ours", "times", "Hesitant speech", "说话迟疑拖沓"),
    Rule("E1", "advisory", "st", "Flat intonation", "语调平淡"),
    Rule("E2", "ours", "st", "Voice higher than usual", "音调高于平时"),
    Rule("E4", "ours", "", "Voice flatter than at the shift's start", "语调比班次开始时平淡"),
    Rule("F1", "ours", "s", "Customer interrupted", "打断客户"),
    Rule("F2", "ours", "s", "No listening sounds", "倾听时无应和"),
    Rule("F4", "ours", "", "Answers rushed", "抢答"),
    Rule("F5", "ours", "", "Nothing repeated back", "未复述确认"),
    Rule("F6", "ours", "", "Did not check that it was understood", "未确认客户是否理解"),
    Rule("G1", "ours", "", "Polite words missing", "缺少礼貌用语"),
    Rule("G2", "advisory", "times", "Polite questions", "征询句次数"),
    Rule("G3", "possible", "times", "Possible forbidden phrase", "疑似服务忌语"),
    Rule("G4", "ours", "per_min_times", "Many fillers", "口头禅过多"),
    Rule("G6", "ours", "times", "Negative wording", "否定用语偏多"),
    Rule("G7", "possible", "times", "Possible accusing wording", "疑似指责性措辞"),
    Rule("G8", "ours", "times", "Too many apologies", "道歉过多"),
    Rule("G9", "standard", "s", "Thanks not answered", "未回应客户致谢"),
    Rule("H1", "standard", "", "Hold without asking", "请等待前未征询"),
    Rule("H2", "standard", "s", "No progress report in a hold", "等待中未及时告知进展"),
    Rule("H3", "ours", "s", "Very long hold", "等待过久"),
    Rule("H4", "ours", "s", "Customer left in silence", "等待中无沟通"),
    Rule("H5", "standard", "", "No thanks after a hold", "等待后未致谢"),
    Rule("I1", "standard", "times", "Silent call: prompts or pauses missing", "无声电话提示或停顿不足"),
    Rule("I2", "standard", "times", "Silent call: prompts or pauses missing", "无声电话提示或停顿不足"),
    Rule("I3", "standard", "times", "Silent call: prompts or pauses missing", "无声电话提示或停顿不足"),
    Rule("I4", "standard", "s", "Hung up on a faint caller", "客户声音小即挂断"),
    Rule("I5", "standard", "times", "Hung up on a noisy line without consent", "杂音线路未经同意挂断"),
    Rule("I6", "ours", "s", "One-way audio (a fault of the line)", "单通(线路故障)"),
    Rule("I7", "ours", "s", "Asked to repeat without an apology", "请客户重复未致歉"),
    Rule("J1", "ours", "", "Did not ask for anything else", "结束前未询问其他需要"),
    Rule("J2", "ours", "", "No thanks at the end", "结束时未致谢"),
    Rule("J3", "ours", "", "No farewell", "结束时未道别"),
    Rule("J4", "advisory", "", "Summed up before the end (1 yes, 0 no)", "结束前总结(1 有,0 无)"),
    Rule("J5", "standard", "s", "Agent hung up first", "坐席先挂机"),
    Rule("J6", "standard", "s", "Hung up too soon", "挂机过早"),
    Rule("J7", "standard", "s", "Hung up on a waiting customer", "客户未挂机而挂断"),
    Rule("J8", "advisory", "", "First farewell (1 agent, 2 customer)", "谁先道别(1 坐席,2 客户)"),
    Rule("J9", "ours", "db", "Receiver slammed", "重放话筒"),
    Rule("J11", "ours", "times", "Too many wishes", "祝福语过多"),
    Rule("K1", "standard", "s", "Long call (information only)", "通话较长(仅提示)"),
    Rule("K2", "ours", "s", "Long talk without asking for time", "久谈未询问是否方便"),
    Rule("L2", "advisory", "times", "Loud bursts without voice (coughs, knocks)", "短促噪声(咳嗽、碰撞)"),
    Rule("L3", "ours", "db", "Noisy surroundings", "环境嘈杂"),
    Rule("L6", "ours", "s", "Raised voices on both sides", "双方提高音量争执"),
    Rule("M1", "ours", "s", "Outbound: did not ask if convenient", "外呼未询问是否方便"),
    Rule("M2", "ours", "day_minute", "Outbound call in quiet hours", "免打扰时段外呼"),
    Rule("N1", "ours", "", "No apology to an angry customer", "客户激动时未致歉"),
    Rule("N2", "ours", "", "Voice rose with an angry customer", "客户激动时未保持冷静"),
    Rule("N3", "ours", "s", "Angry customer not passed on", "客户长时间激动未上报"),
    Rule("T1", "standard", "", "Transfer without asking", "转接前未征询"),
    Rule("T4", "standard", "s", "No thanks to a customer passed on", "接手转接来电未致谢"),
)
ADVICE = {"channels_swapped": ("Channels perhaps swapped: check the plugs", "声道可能接反,请检查接线")}  # of `advice`, what is no rule
RULE_OF = {rule.id: rule for rule in RULES}

LABELS = {
    "greeting": ("greeting", "问候"),
    "greeting_time": ("greeting by time of day", "时段问候"),
    "service": ("at your service", "为您服务"),
    "offer_help": ("offer of help", "提供帮助"),
    "invite": ("please go on", "请讲"),
    "hold": ("please wait", "请稍等"),
    "hold_return": ("thanks for waiting", "久等致意"),
    "apology": ("apology", "致歉"),
    "thanks": ("thanks", "致谢"),
    "farewell": ("farewell", "道别"),
    "closing_offer": ("anything else?", "询问其他需要"),
    "wish": ("good wishes", "祝愿"),
    "transfer": ("transfer", "转接"),
    "welcome_reply": ("you're welcome", "不客气"),
    "courtesy_title": ("Sir / Madam", "先生/女士"),
    "recap": ("recap", "复述确认"),
    "clarity_check": ("is it clear?", "确认是否清楚"),
    "repeat_request": ("please repeat", "请客户重复"),
    "convenient": ("is it convenient?", "询问是否方便"),
    "greeting_morning": ("good morning", "早上好"),
    "greeting_noon": ("good noon", "中午好"),
    "greeting_afternoon": ("good afternoon", "下午好"),
    "greeting_evening": ("good evening", "晚上好"),
    "polite_question": ("is that all right?", "征询句"),
    "filler": ("filler", "口头禅"),
    "negative": ("negative wording", "否定用语"),
    "positive": ("positive wording", "正面用语"),
}
TABOO = ("possible forbidden phrase", "疑似忌语")  # before what follows, for labels that begin with `taboo_`
TABOOS = {
    "taboo_shout": ("speak up!", "要求客户大声"),
    "taboo_cannot_hear": ("can't hear", "听不见"),
    "taboo_dont_know": ("don't know", "不知道"),
    "taboo_who_do_i_ask": ("whom should I ask?", "反问客户"),
    "taboo_not_mine": ("not my business", "推诿"),
    "taboo_no_way": ("no way", "没办法"),
    "taboo_hurry": ("hurry up", "催促"),
    "taboo_why_late": ("why so late?", "责怪客户"),
    "taboo_off_duty": ("off duty", "要下班"),
    "taboo_look_yourself": ("look yourself", "让客户自己看"),
    "taboo_you_must": ("you must", "命令口气"),
    "taboo_insult": ("insult", "不尊重的话"),
}

REASONS = {  # core/call/record.py's reasons in words; any other is shown as the device wrote it
    "one channel": ("the customer's side is not heard on this device", "本设备未接入客户声道"),
    "no ringing": ("the ringing was not signalled", "没有振铃信号"),
    "no speech": ("nobody spoke", "没有讲话"),
    "too little speech": ("too little speech to measure", "讲话太少,无法测量"),
    "no customer speech": ("the customer did not speak", "客户没有讲话"),
    "no phrase network": ("the network on this device has no labels for it", "设备上的网络不能识别相应用语"),
    "no hold": ("the customer was not left waiting", "没有请客户等待"),
    "no clock": ("the device did not know the time", "设备时间未知"),
    "not signalled": ("the telephone does not signal it", "电话系统未提供该信号"),
    "call too short": ("the call was too short", "通话太短"),
    "another language": ("the calls are in a language whose phrases are not heard", "通话语言的用语无法识别"),
    "line dead": ("nothing but digital silence on the line", "线路无信号"),
    "usual voice not known yet": ("the agent's usual voice is not known yet", "尚未了解坐席平时的声音"),
    "shift too young": ("too few calls in this shift yet", "本班次通话尚少"),
    "no help button": ("this device has no help button", "本设备没有求助按钮"),
    "channels perhaps swapped": ("agent and customer may be plugged in the wrong way round", "坐席与客户声道可能接反"),
    "not heard clearly": ("something like it was heard, not clearly enough to judge", "听到类似用语,但不够清晰,不作判断"),
}
