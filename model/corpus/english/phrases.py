"""The English wordings of the standard's labels: what counts as each phrase in text, matched by whole words.

The labels are those of keywords.tsv; tiers core and full are learned, the others are spotted from their sounds alone. A wording has two syllables
or more wherever English allows it; "sir" sounds within "service" and "answer" and counts only behind other words. `NEAR` holds ordinary words
that sound alike and must not fire.
"""

CORE = {
    "greeting": ["hello", "hi there", "hi this is", "good morning", "good afternoon", "good evening"],
    "service": [
        "at your service", "serving you", "pleasure to serve", "pleasure to help", "happy to assist", "glad to assist", "happy to help", "glad to help",
        "here to help",
    ],
    "offer_help": [
        "can i help", "may i help", "could i help", "i assist", "i can help", "let me help", "help you with", "help you today", "assist you", "can i do for you",
    ],
    "hold": [
        "one moment", "just a moment", "bear with", "please hold", "please wait", "hold on", "hold the line", "one second", "just a second", "just a minute", "you on hold",
    ],
    "hold_return": [
        "for holding", "for waiting", "you waiting", "your patience", "so patient", "for the wait", "about the wait", "for the delay", "bearing with",
    ],
    "apology": ["sorry", "apologize", "apologies", "my apology", "please forgive", "please excuse"],
    "thanks": ["thank you", "thanks", "much obliged", "appreciate", "appreciated", "grateful"],
    "farewell": ["goodbye", "good bye", "bye bye", "bye for now", "bye now"],
    "closing_offer": [
        "anything else", "anything further", "any other question", "any further question", "what else can i", "something else i can",
    ],
}  # fmt: skip
FULL = {
    "greeting_time": ["good morning", "good afternoon", "good evening"],
    "invite": ["go ahead", "please go on", "i'm listening", "please continue", "please carry on"],
    "wish": ["have a nice", "have a great", "have a good", "have a lovely", "have a wonderful", "have a pleasant", "have a safe", "enjoy your", "enjoy the rest"],
    "transfer": ["transfer you", "transferring you", "transfer your", "put you through", "connect you", "connecting you", "pass you", "hand you over"],
    "welcome_reply": ["you're welcome", "you are welcome", "very welcome", "my pleasure", "don't mention it", "problem at all", "trouble at all", "i could help"],
    # "sir" and "ma'am" alone sound like parts of many words (service, mammal)
    "courtesy_title": ["mister", "missus", "madam", "yes sir", "no sir", "right sir", "you sir", "yes ma'am", "no ma'am", "right ma'am", "you ma'am"],
    "recap": [
        "let me confirm", "to confirm", "to summarize", "recap", "understand correctly", "understood correctly", "read that back", "is that correct",
        "got that right",
    ],
    "clarity_check": ["make sense", "is that clear", "everything clear", "it clearly", "that clearly", "answer your question", "clear enough"],
    "repeat_request": [
        "you repeat", "please repeat", "say that again", "say it again", "didn't catch", "quite catch", "your pardon", "quite hear", "trouble hearing",
    ],
    "convenient": ["a good time", "convenient", "your convenience", "would suit you", "have a minute", "have a moment"],
}  # fmt: skip
TABOO = {
    "taboo_shout": ["speak up", "speak louder", "stop mumbling"],
    "taboo_cannot_hear": ["can't hear you", "cannot hear you"],
    "taboo_dont_know": ["i don't know", "i do not know", "have no idea", "have a clue"],
    "taboo_who_do_i_ask": ["how should i know", "supposed to know", "why are you asking me", "don't ask me"],
    "taboo_not_mine": ["not my job", "not my problem", "not my department", "not my responsibility", "nothing to do with"],
    "taboo_no_way": ["nothing i can do", "nothing we can do", "can't do anything"],
    "taboo_hurry": ["hurry up", "what's the rush", "make it quick", "get to the point", "get on with it"],
    "taboo_why_late": ["why didn't you say", "why didn't you tell", "should have said so", "should have told"],
    "taboo_off_duty": ["off duty", "off the clock", "my shift", "done for the day"],
    "taboo_look_yourself": ["it yourself", "that yourself", "find out yourself", "see for yourself"],
    "taboo_you_must": ["you must", "you're wrong", "you are wrong", "listen to me"],
    "taboo_insult": ["calm down", "shut up", "whatever you say", "stop complaining", "are you deaf", "who cares", "you people"],
}  # fmt: skip
# Which part of the day a greeting names (rule B5). English has no greeting of noon's own; "good midday" is rare but understood.
DAY_PARTS = {
    "greeting_morning": ["good morning"],
    "greeting_noon": ["good midday"],
    "greeting_afternoon": ["good afternoon"],
    "greeting_evening": ["good evening"],
}
# Wordings that a coach looks at (rules G2, G4, G6); bare "you know" and "I mean" are ordinary words and left out.
WORDING = {
    "filler": ["you know what i mean", "kind of like", "sort of like", "so basically"],
    "negative": ["that's impossible", "it's impossible", "can't guarantee", "can't promise", "can't be done"],
    "positive": ["right away", "straight away", "no problem", "soon as possible"],
    "polite_question": ["that be okay", "that be all right", "is that okay", "is that all right", "would you mind"],
}  # fmt: skip

NEAR = {
    "greeting": [
        "yellow", "fellow", "mellow", "hollow", "halo", "below", "a low", "follow", "high chair", "high stairs", "the hero", "good warning",
        "could mourn", "wood morning", "good after all", "good even", "help", "held over",
    ],
    "greeting_time": [
        "this morning", "in the morning", "every evening", "the afternoon", "good moaning", "good meaning", "could even", "wood evenings",
        "afternoons", "after noon", "food morning", "good for none", "mourning", "good mid week",
    ],
    "service": [
        "customer service", "service charge", "room service", "at your surface", "in your service", "measure the surf", "treasure",
        "reserve", "deserve", "pressure to sell", "happy to resist", "happy to see", "glad to hear", "here to stay", "happy to wait",
        "a sister of yours", "the server",
    ],
    "offer_help": [
        "can i have", "may i have", "can i hear", "can you help", "for help", "may i hold", "health", "can i hop", "held you", "help them",
        "help me", "the shelf", "i can tell", "i could", "a new assistant", "help us with", "melt you with",
    ],
    "invite": [
        "a head", "go instead", "go to bed", "goat shed", "loaf of bread", "i'm whistling", "i'm missing", "please go home", "glistening",
        "go back", "straight ahead", "look ahead", "please contain", "i'm all yours", "please go along", "listen",
    ],
    "hold": [
        "one movement", "the monument", "one woman", "cold on", "old on", "sold on", "told on", "whole lawn", "behold", "household",
        "please fold", "hold up", "just a menu", "fair with me", "there with me", "at the moment", "second hand", "hold a line up",
    ],
    "hold_return": [
        "for folding", "for boarding", "folding", "holding", "waiting room", "for your patient", "for your patients list", "keep your rating",
        "the weight", "waiting list", "for the best", "sixty for loading", "keep you waking", "fading", "four meetings", "for hauling",
    ],
    "apology": [
        "story", "starry", "surrey", "salary", "sorting", "sore knee", "lorry", "quarry", "psychology", "geology", "biology", "apple tree",
        "apologetic", "sovereign", "worry", "please forget", "please exchange", "a shop floor",
    ],
    "thanks": [
        "tanks", "banks", "thinks", "ranks", "think you", "sank you", "bank you", "tank", "franks", "thank heaven", "links", "planks",
        "the ankle", "appreciation", "precious", "blank",
    ],
    "farewell": [
        "good bet", "could buy", "good boy", "good guy", "the good pie", "goodwill", "nearby", "buy a bike", "lullaby", "stand by",
        "standby", "a butterfly", "buy four", "bite for now", "goods", "by and large", "could it be",
    ],
    "closing_offer": [
        "anything less", "anything", "anyone else", "anywhere else", "somebody else", "nothing else", "penny or the question",
        "something less", "or else", "the other question", "anything elegant", "everything else", "any brother", "the other matter",
    ],
    "wish": [
        "had a nice day", "half a day", "had a nice tray", "had a good look", "a great delay", "a nice bay", "have a spare key", "every day",
        "have an idea", "half a great dane", "have a seat", "enjoy the music", "have a late day", "a rainy day", "enjoy her stay", "saved a day",
    ],
    "transfer": [
        "transport", "translate", "transform", "transparent", "transfer fee", "answer you", "put it through", "put the shoe", "the connection",
        "correct you", "connect it", "collect you", "pass the oven", "put your shoe", "patch your shoe", "branch for you", "hand the oven",
    ],
    "welcome_reply": [
        "a welcome pack", "welcome gift", "you will come", "well come", "my measure", "my treasure", "the pleasure", "my pressure",
        "no mention of", "don't mention her", "no program at all", "no table at all", "glad i could hear", "your well",
    ],
    "courtesy_title": [
        "mistake", "mist", "sister", "blister", "twister", "minister", "misty", "missing", "mattress", "atom", "adam", "modem", "ham",
        "jam", "saw", "sore", "madness", "medal",
    ],
    "recap": [
        "let me conform", "let me come", "just to confuse", "adjust the form", "let me reach", "a kneecap", "the recipe", "let me recall",
        "the summer eyes", "to some of us", "is that connected", "that collect", "you said no", "got that bright", "let me make a chair",
        "what you're paying is",
    ],
    "clarity_check": [
        "does that make cents less", "make a fence", "does that take", "make tents", "is that near", "is that cheer", "was that deer",
        "everything nearer", "explain that nearly", "answer the question", "clear the road", "is that clay", "made my shelf clear",
        "was that player", "explain it", "is it all clean",
    ],
    "repeat_request": [
        "could you defeat", "could you compete", "can you read it", "repeat order", "repetition", "stay that again", "they did again",
        "didn't match", "didn't scratch", "didn't cash", "big your garden", "the pardon", "one more lime", "didn't quite cash", "catch the bus",
        "a double hearing",
    ],
    "convenient": [
        "convention", "conveyor", "conventional", "ingredient", "invent", "convene", "a convent", "is this a good dime", "is this a good line",
        "a good type to talk", "do you have a menu", "do you have a mint", "expedient", "lenient", "obedient", "good time",
    ],
    "taboo": [
        "speaker", "seek a cup", "walk louder", "can hear you", "can't steer you", "i do now", "i know", "a new idea", "not my dog",
        "not my apartment", "nothing i can chew", "nothing to do", "furry cup", "worry about", "what's the brush", "read the map", "calm town",
        "however", "wherever", "you half", "the people", "you're strong", "you are long", "get the joint", "shut the door", "my shirt is over",
        "the clock", "look at yourself", "who compares", "whatever the weather", "shift key", "could listen",
    ],
}  # fmt: skip
