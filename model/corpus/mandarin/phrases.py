"""What counts as each label in Mandarin, after keywords.tsv: tiers core and full are learned, tier taboo is spotted from its units alone.

`NEAR` holds ordinary words that sound alike and must not fire; exact homophones are never negatives, see `labels.homophones`.
"""

CORE = {
    "greeting": ["您好", "你好"],
    "service": ["为您服务", "为你服务"],
    "offer_help": ["可以帮", "帮您", "帮到您", "帮助您"],
    "hold": ["稍等", "稍候"],
    "hold_return": ["久等", "耐心等待"],
    "apology": ["对不起", "抱歉", "不好意思"],
    "thanks": ["谢谢", "感谢"],
    "farewell": ["再见"],
    "closing_offer": ["还有什么", "还有其他", "还有别的"],
}
FULL = {
    "greeting_time": ["早上好", "中午好", "下午好", "晚上好"],
    "invite": ["请讲"],
    "wish": ["祝您"],
    "transfer": ["转接", "帮您转", "转给"],
    "welcome_reply": ["不客气", "不用谢", "应该做的"],
    "courtesy_title": ["先生", "女士", "小姐"],
    "recap": ["您刚才", "您的意思是", "您是说", "对吗"],
    "clarity_check": ["解释清楚", "清楚了吗"],
    "repeat_request": ["没听清", "再重复一遍", "再说一遍", "听不清楚"],
    "convenient": ["方便"],
}
TABOO = {
    "taboo_shout": ["大声点", "大点声"],
    "taboo_cannot_hear": ["听不见"],
    "taboo_dont_know": ["不知道", "不清楚"],
    "taboo_who_do_i_ask": ["你问我", "我问谁"],
    "taboo_not_mine": ["不归我管", "管不着", "与我无关", "不关我的事"],
    "taboo_no_way": ["没办法", "没有办法", "有什么办法"],
    "taboo_hurry": ["急什么", "快点讲", "快点说"],
    "taboo_why_late": ["怎么不早说"],
    "taboo_off_duty": ["要下班了", "下班了"],
    "taboo_look_yourself": ["自己去看", "自己看"],
    "taboo_you_must": ["你必须", "你错了", "听着"],
    "taboo_insult": ["有本事", "就这态度", "啰嗦", "烦不烦"],
}
# Which part of the day a greeting names (rule B5): no token of their own, spotted from their units beside `greeting_time`.
DAY_PARTS = {
    "greeting_morning": ["早上好", "上午好"],
    "greeting_noon": ["中午好"],
    "greeting_afternoon": ["下午好"],
    "greeting_evening": ["晚上好"],
}
# Wordings that a coach looks at (rules G2, G4, G6); two-syllable fillers are ordinary words and left out.
WORDING = {
    "filler": ["就是说", "怎么说呢", "那个那个", "这个这个"],
    "negative": ["办不到", "做不了", "不可能", "不能保证"],
    "positive": ["马上为您", "尽快为您", "没问题"],
    "polite_question": ["可以吗", "好不好", "行不行"],
}

NEAR = {
    "greeting": "很好 那好 你号 年号 您看 您要 您还 名号 你们好 最好 恰好 你还 宁可 您和 美好 给您号 刚好 你喊 您后".split(),
    "greeting_time": "早上 晚上有 往上 中午 下午 上号 早上还 下午号 晚上和 网上好 早上好像".split(),
    "service": "维修服务 服务费 售后服务 自助服务 为您查询 为您复核 为您办理 位于服务区 客户服务 未付 会服务".split(),
    "offer_help": "可以办 可以绑定 可不可以 可以吗 帮忙 放您 忙您 帮你们 可以看 可以买 帮助企业 半年 榜样 伴您".split(),
    "invite": "请叫 请加 请交 请进 请假 清江边 请接 星将".split(),
    "hold": "多等等 稍早 上等 平等 高等 烧 稍后再打 小等 少的 烧烤 上头 操守 劳动".split(),
    "hold_return": "九点 旧的 担心 内心 等待中 九层 就能 救灯 耐心 耐用 等待审核 叫灯".split(),
    "apology": "对不对 买不起 了不起 对比 报价 报销 保全 保健 不好吃 对付 好意 补好 包欠 堆积 抱起 报警".split(),
    "thanks": "姐姐 解决 协议 感觉 改写 感想 些许 写信 感动 赶紧 感情 协会 鞋子 切切".split(),
    "farewell": "再讲 在线 再加 这件 在家 才见 再接 再现在 在前 栽见 最近 再进".split(),
    "closing_offer": "没有什么 为什么 还要什么 有什么 还有一个 还有十个 会有什么 还要其他 还有三天 也有什么 还有些".split(),
    "wish": "主题 住宿 注意 祝贺 逐年 竹林 住院".split(),
    "transfer": "转机 转交 专家 转账 转记 传真 赚钱 转过 团结 专业".split(),
    "welcome_reply": "不可以 不用 不空 客气 不要紧 应该说 不可能 不用写 应该的 不用去".split(),
    "courtesy_title": "现身 小节 显示 鲜生 女婿 绿色 小街 线上 牛市 消解".split(),
    "recap": "刚才 刚刚 您可以 你的意见 对了 您昨天 对啊 您还是 您的意愿".split(),
    "clarity_check": "听清楚 清楚的 解释一下 清除了 解释过 看清楚".split(),
    "repeat_request": "听清楚 没听过 再说吧 再说一句 重复一次 没听见 停一停".split(),
    "convenient": "方面 方案 房间 放电 范围 仿佛 随便 防盗 反面".split(),
    "taboo": "大概点 看不见 听不到 都知道 您知道 请问我 我问一下 归我们管 由我管 有办法 想办法 需要什么 快递 怎么说 要加班 自己选 您必须 弄错了 本事 记什么".split(),
}
