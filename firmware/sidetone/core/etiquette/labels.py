"""The phrase labels a network may have, and which written words each of them hears.

A profile lists words (`closing.farewell = ["再见"]`), the network knows labels (`farewell`). A label hears a word when one of the label's
core texts is part of it. Words that no label hears stay in the profile for the coach, and `sidetone profile check` says so.
Row: (label, core texts, tier, en, zh). Tiers: core = in every released network, full = later ones, text = given to the network's keyword graph
as text, without training, taboo = the same and reported as possible only.
The Chinese texts are the key words of the standard's keyword table, nothing longer; ENGLISH has those of the same labels in English.
"""

LABELS = (
    ("greeting", ("您好", "你好"), "core", "greeting", "问候"),
    ("greeting_time", ("早上好", "中午好", "下午好", "晚上好"), "full", "greeting with a time of day", "时段问候"),
    ("greeting_morning", ("早上好", "上午好"), "text", "good morning", "早上好"),
    ("greeting_noon", ("中午好",), "text", "good noon", "中午好"),
    ("greeting_afternoon", ("下午好",), "text", "good afternoon", "下午好"),
    ("greeting_evening", ("晚上好",), "text", "good evening", "晚上好"),
    ("service", ("为您服务", "为你服务"), "core", "at your service", "为您服务"),
    ("offer_help", ("可以帮", "帮您", "帮到您", "帮助您"), "core", "offer of help", "提供帮助"),
    ("invite", ("请讲",), "full", "please speak", "请讲"),
    ("hold", ("稍等", "稍候"), "core", "please wait", "请稍等"),
    ("hold_return", ("久等", "耐心等待"), "core", "thanks for waiting", "让您久等"),
    ("apology", ("对不起", "抱歉", "不好意思"), "core", "apology", "致歉"),
    ("thanks", ("谢谢", "感谢"), "core", "thanks", "致谢"),
    ("farewell", ("再见",), "core", "farewell", "道别"),
    ("closing_offer", ("还有什么", "还有其他", "还有别的"), "core", "anything else?", "询问其他需求"),
    ("wish", ("祝您",), "full", "closing wish", "祝福"),
    ("transfer", ("转接", "帮您转", "转给"), "full", "transfer", "转接"),
    ("welcome_reply", ("不客气", "不用谢", "应该做的"), "full", "you are welcome", "回应致谢"),
    ("courtesy_title", ("先生", "女士", "小姐"), "full", "courtesy title", "尊称"),
    ("recap", ("您刚才", "您的意思是", "您是说", "对吗"), "full", "repeat back", "复述确认"),
    ("clarity_check", ("解释清楚", "清楚了吗"), "full", "understanding check", "确认理解"),
    ("repeat_request", ("没听清", "再重复一遍", "再说一遍", "听不清楚"), "full", "please repeat", "请求重复"),
    ("convenient", ("方便",), "full", "is it convenient", "是否方便"),
    ("polite_question", ("可以吗", "好不好", "行不行"), "text", "is that all right?", "征询句"),
    ("filler", ("就是说", "怎么说呢", "那个那个", "这个这个"), "text", "filler", "口头禅"),
    ("negative", ("办不到", "做不了", "不可能", "不能保证"), "text", "negative wording", "否定用语"),
    ("positive", ("马上为您", "尽快为您", "没问题"), "text", "positive wording", "正面用语"),
    ("taboo_shout", ("大声点", "大点声"), "taboo", "`louder!`", "忌语:大声点"),
    ("taboo_cannot_hear", ("听不见",), "taboo", "`can't hear`", "忌语:听不见"),
    ("taboo_dont_know", ("不知道", "不清楚"), "taboo", "`don't know`", "忌语:不知道"),
    ("taboo_who_do_i_ask", ("你问我", "我问谁"), "taboo", "`whom shall I ask`", "忌语:我问谁"),
    ("taboo_not_mine", ("不归我管", "管不着", "与我无关", "不关我的事"), "taboo", "`not my business`", "忌语:不归我管"),
    ("taboo_no_way", ("没办法", "没有办法", "有什么办法"), "taboo", "`nothing to be done`", "忌语:没办法"),
    ("taboo_hurry", ("急什么", "快点讲", "快点说"), "taboo", "`hurry up`", "忌语:快点讲"),
    ("taboo_why_late", ("怎么不早说",), "taboo", "`why so late`", "忌语:怎么不早说"),
    ("taboo_off_duty", ("要下班了", "下班了"), "taboo", "`off duty`", "忌语:下班了"),
    ("taboo_look_yourself", ("自己去看", "自己看"), "taboo", "`look yourself`", "忌语:自己去看"),
    ("taboo_you_must", ("你必须", "你错了", "听着"), "taboo", "`you must`", "忌语:你必须"),
    ("taboo_insult", ("有本事", "就这态度", "啰嗦", "烦不烦"), "taboo", "insult", "忌语:侮辱"),
)

# label -> its core texts in English, in small letters: wordings that the English network hears.
ENGLISH = {
    "greeting": ("hello", "hi there", "good morning", "good afternoon", "good evening"),
    "greeting_time": ("good morning", "good afternoon", "good evening"),
    "greeting_morning": ("good morning",),
    "greeting_noon": ("good midday",),
    "greeting_afternoon": ("good afternoon",),
    "greeting_evening": ("good evening",),
    "service": ("at your service", "serving you", "pleasure to help", "happy to assist", "happy to help", "glad to help", "here to help"),
    "offer_help": ("can i help", "may i help", "i can help", "let me help", "help you with", "i assist", "assist you", "can i do for you"),
    "invite": ("go ahead", "please continue", "i'm listening"),
    "hold": ("one moment", "just a moment", "just a minute", "one second", "bear with", "please hold", "hold on", "you on hold"),
    "hold_return": ("for holding", "for waiting", "you waiting", "your patience", "for the wait", "for the delay"),
    "apology": ("sorry", "apologize", "apologies", "my apology"),
    "thanks": ("thank you", "thanks", "appreciate"),
    "farewell": ("goodbye", "good bye", "bye bye", "bye now", "bye for now"),
    "closing_offer": ("anything else", "anything further", "any other question"),
    "wish": ("have a nice", "have a great", "have a good", "have a lovely", "enjoy your"),
    "transfer": ("transfer you", "transfer your", "put you through", "connect you"),
    "welcome_reply": ("you're welcome", "you are welcome", "my pleasure", "don't mention it", "problem at all"),
    "courtesy_title": ("mister", "madam", "yes sir", "no sir", "yes ma'am", "no ma'am"),
    "recap": ("let me confirm", "to confirm", "recap", "understand correctly", "is that correct"),
    "clarity_check": ("make sense", "is that clear", "answer your question"),
    "repeat_request": ("you repeat", "please repeat", "say that again", "your pardon"),
    "convenient": ("convenient", "a good time", "have a moment"),
    "polite_question": ("is that okay", "is that all right", "would you mind"),
    "filler": ("you know what i mean", "so basically", "kind of like", "sort of like"),
    "negative": ("that's impossible", "it's impossible", "can't guarantee", "can't promise"),
    "positive": ("right away", "straight away", "no problem", "soon as possible"),
    "taboo_shout": ("speak up", "speak louder", "stop mumbling"),
    "taboo_cannot_hear": ("can't hear you", "cannot hear you"),
    "taboo_dont_know": ("i don't know", "i do not know", "have no idea"),
    "taboo_who_do_i_ask": ("how should i know", "don't ask me"),
    "taboo_not_mine": ("not my job", "not my problem", "not my department", "nothing to do with"),
    "taboo_no_way": ("nothing i can do", "nothing we can do"),
    "taboo_hurry": ("hurry up", "what's the rush", "get to the point"),
    "taboo_why_late": ("why didn't you say", "why didn't you tell"),
    "taboo_off_duty": ("off duty", "off the clock", "my shift"),
    "taboo_look_yourself": ("it yourself", "see for yourself"),
    "taboo_you_must": ("you must", "you're wrong"),
    "taboo_insult": ("calm down", "whatever you say", "shut up"),
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz'"


def _joined(left, right):
    """True if two neighbouring characters are of one word in letters; Chinese has no such borders."""
    return left in _LETTERS and right in _LETTERS


def _stands_in(core, text):
    """True if a core text is part of a text in small letters with a blank on either side: what is written in letters in whole words."""
    at = text.find(core)
    while at >= 0:
        if not _joined(text[at - 1], core[0]) and not _joined(core[-1], text[at + len(core)]):
            return True
        at = text.find(core, at + 1)
    return False


def labels_of_word(word):
    """The labels (list, table order) that hear one word: those with the longest core text in it (`帮您转` is a transfer, not an offer)."""
    text = " " + word.lower() + " "
    longest = 1
    found = []
    for row in LABELS:
        length = 0
        for cores in (row[1], ENGLISH[row[0]]):
            for core in cores:
                if core in text and len(core) > length and _stands_in(core, text):
                    length = len(core)
        if length > longest:
            longest = length
            found = []
        if length == longest:
            found.append(row[0])
    return found


def labels_hearing(words):
    """The labels (tuple, table order) that hear at least one of `words`."""
    heard = []
    for word in words:
        heard.extend(labels_of_word(word))
    return tuple([row[0] for row in LABELS if row[0] in heard])


def words_unheard(words):
    """Those of `words` that no label hears."""
    return tuple([word for word in words if not labels_of_word(word)])
