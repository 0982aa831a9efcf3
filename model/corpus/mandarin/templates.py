"""The sentence templates: our own wording of what agents and customers say. {slots} are in slots.py."""

AGENT = {
    "greeting": """您好，{company}{dept}，{digits}号为您服务
您好，这里是{company}
您好，我是{company}的{surname}{given}
{surname}{title}您好，我是{company}{dept}的
您好，请问您是{surname}{title}吗
喂，您好，听得到我说话吗
你好，{company}，请讲
您好，感谢致电{company}
{part}好，您好
你好，我想跟您{verb}一下{matter}
您好，您的{matter}我{do}了
您好，欢迎拨打{company}{dept}
你好，{dept}，有什么可以帮您
您好{surname}{title}，{day}您来电{verb}过{matter}
您好，打扰您了，我这边是{company}的回访
您好，您反映的{problem}，我们已经处理
你好，请问{matter}需要{verb}吗
{surname}{title}，您好，让您久等了
您好，您说
您好，工号{digits}，很高兴为您服务""",
    "service": """很高兴为您服务
工号{digits}为您服务，请问有什么可以帮到您
您好，{digits}号客服为您服务
{company}竭诚为您服务
我是{surname}{given}，很荣幸为您服务
这次由{dept}为您服务
以后还是由我来为您服务
{company}{dept}全天为您服务，有问题随时来电
能为您服务是我的荣幸
感谢您，期待下次为您服务
稍后会有专人为您服务
请对我本次为您服务做出评价
今天是{surname}{given}为您服务，请放心
很高兴为你服务，请说
我们二十四小时为您服务""",
    "offer_help": """请问有什么可以帮您
请问有什么可以帮到您
请问有什么可以帮助您的吗
我来帮您{do}
我可以帮您{verb}{matter}
这边帮您{verb}一下
马上帮您{do}，请不要挂机
我先帮您把{matter}{verb}了
需要我帮您{verb}吗
希望能帮到您
关于{matter}，我帮您问一下{dept}
我很愿意帮助您解决{matter}的事
您看我还可以帮您做点什么
那我帮您{verb}到{day}{clock}
我已经帮您{verb}好了，{day}就可以{verb}
{surname}{title}，我帮您{do}
请问我能帮您做些什么
有什么可以帮忙的，我来帮您""",
    "hold": """请稍等，我{do}
请您稍等片刻
稍等一下，我{verb}{matter}
麻烦您稍等，我马上{do}
好的，稍等
请稍候，正在为您{verb}
您稍候，不要挂断
稍等，{surname}{title}
我{do}，请您稍等两分钟
资料比较多，请稍等
那您稍等，我去{dept}问一下
请您在线上稍候片刻
{back}，请稍等，系统有点慢
稍等啊，马上就好
您先稍等，我跟{dept}核实""",
    "hold_return": """让您久等了
不好意思让您久等了
{surname}{title}，让您久等了，我已经{do}
久等了，您的{matter}已经{verb}
谢谢您的耐心等待
感谢您耐心等待，结果出来了
抱歉久等，刚才在{do}
麻烦您再耐心等待几分钟
请您耐心等待，我们{day}给您答复
让您久等了，关于{matter}，{reason}还没有恢复
真是让您久等了
您好，久等了，我查到了""",
    "apology": """对不起，给您添麻烦了
非常抱歉，{matter}出了问题
不好意思，我没有听明白
很抱歉，{reason}，暂时不能{verb}
对不起，这个{matter}已经过期了
抱歉，{surname}{title}，是我们的疏忽
真的不好意思，耽误您的时间
对于{problem}我们深表抱歉
实在对不起，我马上{do}
不好意思，请问您贵姓
抱歉让您白跑一趟
对不起，我按错了
我代表{company}向您说声对不起
不好意思啊，{day}{dept}不上班""",
    "thanks": """谢谢您的来电
感谢您对{company}的支持
谢谢，{surname}{title}
感谢您的理解
好的，谢谢您
谢谢您提的建议，我会转告{dept}
非常感谢，{matter}我们收到了
感谢致电{company}
谢谢您的配合，资料已经{verb}
多谢您了，谢谢
感谢您一直以来的信任，再见
{back}，谢谢
谢谢您这么理解我们
谢谢您告诉我{problem}""",
    "farewell": """再见
感谢来电，再见
祝您{wishes}，再见
好的，再见，{surname}{title}
那先这样，再见
{back}，再见
谢谢，再见
不打扰您了，再见
您先挂，再见
{matter}{day}就好，再见
有问题再打给我们，再见
再见，欢迎下次来电
{surname}{title}再见，祝您{wishes}
没有别的了吧，那就再见了""",
    "closing_offer": """请问还有什么需要帮您的吗
还有什么可以帮到您的
您还有什么问题吗
请问您还有其他需要吗
还有别的事情要{verb}吗
除了{matter}，还有其他疑问吗
还有什么我能做的
您看还有别的要求吗
{back}，那您还有什么不明白的地方
关于{matter}还有什么想了解
还有其他业务要办吗，{surname}{title}
请问还有别的{matter}吗
今天还有什么要咨询的""",
    "greeting_time": """{part}好，{company}
{surname}{title}{part}好
{part}好，{digits}号为您服务
您好，{part}好
{part}好，欢迎致电{company}{dept}
各位{part}好
{part}好，请问是{surname}{title}本人吗
喂，{part}好，我是{surname}{given}
{part}好，{part}好，请坐
老师{part}好，我来送{matter}""",
    "invite": """请讲
您请讲，我在听
电话接通了，请讲
{back}，请讲
请讲，{surname}{title}
您有什么问题请讲
{company}，请讲
请讲一下您的{matter}
慢慢说，请讲
我在记，请讲""",
    "wish": """祝您{wishes}
祝您{wishes}，再见
祝您{day}{wishes}
感谢来电，祝您{wishes}
那就祝您{wishes}了
最后祝您和家人{wishes}
祝您{wishes}，万事顺利
再次感谢，祝您{wishes}""",
    "transfer": """我帮您转接{dept}
请稍等，正在转接
马上为您转接到{dept}
这个要转给{dept}处理
我把电话转给{surname}经理
帮您转到{dept}可以吗
转接过程中请不要挂机
我给您转接人工
已经转给{place}的同事了
需要转接哪个部门
我帮您转过去，请稍等""",
    "welcome_reply": """不客气
不客气，这是我应该做的
不用谢，{surname}{title}
您太客气了，不用谢
这是我们应该做的
不客气，有事再打来
{back}，不客气
哪里哪里，应该做的
没关系，不用谢
您不客气，祝您{wishes}""",
    "courtesy_title": """{surname}先生，您的{matter}{verb}好了
{surname}女士，您在听吗
{surname}小姐，请说一下地址
好的，{surname}先生
请问是{surname}女士吗
先生，请问怎么称呼您
女士，麻烦您报一下{digits}
小姐，您别着急
这位先生，{problem}是什么时候开始的
{surname}先生{day}{clock}来{verb}
我跟{surname}女士约了{day}
是{surname}小姐订的{matter}""",
    "recap": """您刚才说{problem}，对吗
您的意思是要{verb}{matter}
您是说{problem}
您刚才报的是{digits}
您是说{day}{clock}过来，对吗
我重复一下，{digits}，对吗
您的意思是{day}不方便
您刚才提到{matter}
您是说想{verb}，对吗
地址是{place}，对吗
您刚才讲得很明白""",
    "clarity_check": """不知道我解释清楚了没有
请问我解释清楚了吗
这样说清楚了吗
{matter}的规定您清楚了吗
我再解释清楚一点
您都清楚了吗，{surname}{title}
我没有解释清楚，再说一次
收费标准清楚了吗
流程解释清楚以后再{verb}""",
    "repeat_request": """抱歉，我没听清
没听清您的{matter}号码
麻烦您再说一遍
请您再重复一遍
能不能再说一遍地址
刚才没听清，请再说一遍
您那边有点吵，我听不清楚
信号不好，听不清楚您的话
我再重复一遍，{digits}
请把{digits}再重复一遍
没听清，是{place}吗""",
    "convenient": """您现在方便接电话吗
请问{day}方便吗
您{clock}方便的话我们上门{verb}
方便留一个电话吗
那您方便的时候再来
不方便也没关系
请问您方便说话吗
{place}那边取件很方便
哪个时间您比较方便
方便告诉我{matter}的号码吗""",
    "taboo_shout": "你大声点\n能不能大声点，我这里吵\n麻烦大点声\n你说话大点声行不行\n大声点，什么{matter}",
    "taboo_cannot_hear": "听不见\n听不见你说什么\n喂，听不见，再打\n我这边听不见",
    "taboo_dont_know": "这个我不知道\n不知道，你问{dept}\n我也不清楚\n不清楚，你自己{verb}\n{matter}的事我不知道\n谁说的，我不清楚",
    "taboo_who_do_i_ask": "你问我，我问谁\n这个你问我有什么用\n你问我我问谁去\n那我问谁呢",
    "taboo_not_mine": "这个不归我管\n{matter}不归我管\n我们管不着\n这事与我无关\n不关我的事\n你的{matter}不关我的事，找{dept}\n谁也管不着",
    "taboo_no_way": "没办法，就这样\n我也没有办法\n那有什么办法\n这是规定，没办法\n{reason}，没有办法\n你说有什么办法",
    "taboo_hurry": "急什么，等着\n你急什么\n快点讲\n有事快点讲，后面还有人\n快点说，我要{verb}\n急什么呀，不是在{verb}吗",
    "taboo_why_late": "你怎么不早说\n怎么不早说，都{verb}了\n那你怎么不早说呢",
    "taboo_off_duty": "我们要下班了\n下班了，明天再打\n都要下班了，你{day}再来\n{dept}下班了",
    "taboo_look_yourself": "你自己去看\n自己看说明书\n网上有，自己看\n自己去看{matter}",
    "taboo_you_must": "你必须{verb}\n你错了，不是这样\n你给我听着\n听着，{matter}不能{verb}\n你必须{day}来",
    "taboo_insult": "有本事你去告\n我就这态度\n你怎么这么啰嗦\n烦不烦啊\n别啰嗦了\n有本事找{dept}\n你烦不烦，都说了{num}遍",
}
AGENT = {label: lines.split("\n") for label, lines in AGENT.items()}

# "@" is the phrase; random common words around it, with and without pauses.
CARRIERS = """@{n}{v}
@，{n}{v}了{n}
{n}{v}，@
{n}{d}{v}@
{v}{n}@，{i}
{i}，@
{t}{n}{a}，@，{v}{n}
{n}@{n}
{n}{v}{n}，{d}@{v}
@@
{back}，@，{n}{v}
{surname}{title}，@
我{v}了{n}，@{n}{a}
@{i}
那个{n}@，{n}{d}{a}
{verb}{matter}，@
{problem}，@
@，{day}{clock}{verb}
@{digits}
{digits}，@
{n}{n}，@{v}""".split("\n")

CUSTOMER = """喂，我想{verb}一下{matter}
我的{matter}{problem}
你们的{matter}怎么{verb}
我{day}{clock}打过电话，说{problem}
都{num}天了，还没有{verb}
我在{place}，{matter}什么时候能到
{problem}，你们管不管
号码是{digits}
我姓{surname}，叫{surname}{given}
{back}，我知道了
{back}，那就{verb}吧
多少钱啊，{num}块还是{num}块
为什么{matter}又{verb}了
能不能{day}派人来{verb}
我{v}了{n}，结果{n}{d}{a}
我家的{n}{v}了，{n}也{a}
上次那个{n}说{n}可以{v}
这个{n}{a}不{a}，能{v}吗
你让{n}给我{v}{n}
我朋友{v}了{num}个{n}，{d}{v}
{n}到底{v}没{v}
我要投诉{dept}，{i}
我等了{num}分钟，{i}
我人在外面，{clock}才回家
那{matter}要不要{verb}
地址是{place}{n}路{num}号{num}楼
{t}我{v}{n}的时候{problem}
{matter}到了给我打电话
行，{day}我自己去{verb}
太慢了，{i}
你说的{n}我听说过，{n}{v}的那种
{v}{n}要带什么{n}
{matter}坏了，{n}{d}{v}{n}
怎么每次都是{n}{v}，{d}{a}
我考虑一下，{day}再{verb}
{num}月{num}号买的，{n}还在
是{n}不是{n}，你记错了
我老婆{v}的{n}，她{d}{v}
孩子的{n}{v}了，想换{n}
那边的{n}太{a}了""".split("\n")

# Sentences of random common words: texts no script would bring.
PLAIN = [
    "{n}和{n}{d}{v}{n}", "{t}{n}{v}了{n}", "{a}的{n}在{place}{v}", "{n}{v}，{n}{d}{v}", "{i}，{n}也{v}",
    "我们{d}{v}{n}，{d}{v}{n}", "{n}{n}{v}{n}{n}", "他{v}了{num}个{n}", "{place}的{n}{d}{a}", "{n}比{n}{a}，{i}",
    "如果{n}{v}，就{v}{n}", "因为{n}{a}，所以{d}{v}", "{clock}，{n}{v}{n}", "{n}：{v}、{v}和{v}", "把{n}{v}到{n}",
    "被{n}{v}的{n}{a}", "{n}{a}，{n}{a}，{n}{a}", "{v}{n}的时候{i}", "{n}跟{n}说：{i}", "{num}{n}，{num}{n}，{v}",
    "{n}{v}{n}，不过{n}{d}{a}", "{n}、{n}、{n}", "{i}{i}", "{d}{v}{n}的{n}", "{n}是{n}，{n}是{n}",
]  # fmt: skip

# "@" is a word that sounds like a label's phrase.
NEAR_FRAMES = [
    "@", "@，{n}{v}", "{t}{n}@{v}", "我想{v}@", "{n}的@{v}了", "{v}{n}，@{d}{v}", "这个@怎么{v}", "请问@是{n}吗",
    "{surname}{given}说@{a}", "那@就{verb}{matter}", "@，@{n}",
]  # fmt: skip

JOINTS = "，。"  # between two sentences of one clip
