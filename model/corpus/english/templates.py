"""The English sentence templates: our own wording of what agents and customers say. {slots} are in slots.py.

{w} is a random common word, {b} two words that follow each other in ordinary text; "@" is a phrase or a near word.
"""

AGENT = {
    "greeting": """Hello, {company}, {given} speaking
Hello, you're through to {dept} at {company}
Hello, this is {given} {surname} from {company}
Hello {title} {surname}, I'm calling from {company}
Good morning, {company}, {dept}, how may I help you
Good afternoon, {given} from {dept} here
Good evening, you've reached {company}
Hi there, my name is {given} and I work in {dept}
Hi this is {given} with {company}
Hello, am I speaking with {title} {surname}
Hello, can you hear me now
Hello there, I have your {matter} in front of me
Hi there, thank you for calling {company}
Hello, I'm calling about the {matter} you asked us to {verb}
Good morning {given}, your {matter} has been {done}
Hello and thanks for calling {dept}
Hello, is that {given} {surname}
Hi there {given}, you called us {day} about your {matter}
Good afternoon {title} {surname}, I have news about your {matter}
Hello, agent number {digits}, what can I do for you
Oh hello, {title} {surname}, thank you for holding
Hi this is {dept}, you wrote to us that {problem}""",
    "service": """I'm {given}, at your service
Agent {digits} at your service, how can I help
It's always a pleasure to serve you
My name is {given} and I'm happy to assist you today
I'd be happy to help with your {matter}
Good morning, {company}, here to help
We're here to help around the clock
I'd be glad to help you {verb} the {matter}
We look forward to serving you again
The whole of {dept} is at your service
It's been a pleasure to help you, {given}
Of course, I'm happy to help you with that
{dept} will be glad to assist if {problem}
Sure, I'm glad to help, let me {do}
{given} {surname} from {dept}, happy to assist you
Thank you for choosing {company}, it was a pleasure to help you
I'm {given} and I'll be glad to assist today
This is {given} from {dept}, serving you today
{company} is here to help you day and night
I'd be happy to assist, what's the number on the {matter}""",
    "offer_help": """How can I help you today
How may I help you, {title} {surname}
How can I assist you with your {matter}
What can I do for you {day} then
Hello, you've reached {dept}, how can I help
Can I help you {verb} anything on your {matter}
Let me help you with the {matter}
I can help you with that, give me your {matter} number please
Maybe I can help, tell me what happened with the {matter}
Would you like me to help you with the {matter}
How may I assist you this time
Thanks for calling {company}, what can I do for you
I understand that {problem}, let me help
So {given}, what is it that I can help you with
Someone from {dept} will assist you with the {matter}
Could I help you find a room in {place}
{company}, {given} speaking, how may I help
May I help you in any way today
Is there a way I can help, {given}
Let me help you {verb} it {day}
Okay, I can help you {verb} the {matter}, it only takes {num} minutes""",
    "hold": """One moment please, I'll {do}
Just a moment, {title} {surname}
Please hold while I {do}
Could you bear with me for {num} minutes
Hold on please, I'm {doing}
Please hold the line, I'm {doing}
Just a second, let me {do}
May I put you on hold while I {do}
I'm going to place you on hold for about {num} minutes
{back}, one moment, the system is a little slow
Just a minute, I need to {do}
Bear with me, {given}, I'm still {doing}
{back}, please hold
Hold on, let me {do}
One second please, I'm {doing}
Do you mind if I put you on hold
Just a moment, because of {reason} everything takes longer
I'll ask {dept}, please bear with us
Please hold on, someone from {dept} is on the way
Please wait for a moment and I'll {do}
{back}, please wait, I'm {doing}""",
    "hold_return": """Thank you for holding, {title} {surname}
Thanks for holding, I've found your {matter}
Thank you for waiting, your {matter} has been {done}
Sorry to keep you waiting, {given}
I'm sorry for keeping you waiting so long
Thank you for your patience, I was {doing}
Thanks for waiting, {dept} tells me the {matter} was {done} {day}
I appreciate you for being so patient
Sorry for the wait, there's {reason}
Sorry about the wait, I was {doing}
Hello again, thanks for holding
We do apologize that we kept you waiting
Thank you so much for your patience, {given}
Thanks for bearing with me, I had to {do}
Sorry for the delay, the answer from {dept} is here now
{back}, thank you for holding, it's {digits}
Thanks for your patience while we {verb} the {matter}
I hope I haven't kept you waiting, I had to {do}
Thank you for bearing with me, the {matter} will be {done} {day}
Thank you for holding, I can see now that {problem}""",
    "apology": """I'm sorry to hear that {problem}
I'm so sorry, {title} {surname}
I do apologize, the {matter} should have been {done} {day}
We're sorry about {reason} {day}
Sorry, I opened the wrong file
I apologize that your {matter} hasn't been {done} yet
On behalf of {company}, I am sorry
Please accept my apologies, {given}
I'm very sorry but we can't {verb} the {matter} before {clock}
Sorry, what was your last name
We apologize for the trouble with your {matter}
Oh I'm sorry, that was our mistake
I'm sorry, because of {reason} there's no answer from {dept}
Please forgive us for the mix up with your {matter}
I must apologize, {dept} is closed {day}
So sorry that {problem}, I'll {do}
Sorry {given}, I didn't catch the last part
I'm terribly sorry you had to call {num} times
Please excuse the noise here in {place}
We're sorry, the {matter} was {done} by mistake
I do apologize for this, {problem} and that shouldn't happen
You have my apology, {given}""",
    "thanks": """Thank you for calling {company}
Thanks for your call, {given}
Thank you, {title} {surname}
{back}, thank you
Thanks, that's {digits}
I appreciate your help with the {matter}
We appreciate your trust in {company}
Thank you for letting us know that {problem}
Thanks for telling me, I'll {do}
Thank you very much for your understanding
Thank you for being a customer for {num} years
Many thanks for sending the {matter} {day}
Great, thanks, now I can {do}
Thank you for choosing {company}, goodbye
We're grateful for your advice, I'll tell {dept}
Thanks a lot, I've got {digits} here
Perfect, thank you, the {matter} is {done}
Thank you for waiting while I {do}
Thanks again and {wishes}
I appreciate that, {given}, and so does {dept}
Much obliged, {given}""",
    "farewell": """Goodbye
Goodbye, {title} {surname}
Thank you for calling {company}, goodbye
{wishes}, goodbye
Bye bye, {given}
{back}, bye for now
Bye now, and thanks again
Thanks for your call, bye bye
The {matter} will be {done} {day}, goodbye
Goodbye and {wishes}
You too, goodbye
{back}, {given}, goodbye
I'll let you go then, bye bye
If you need {dept} again just call us, goodbye
Well then, goodbye for now
We'll talk again {day}, bye for now
That was all from me, goodbye
I'll call you back {day} at {clock}, bye bye
Goodbye, we hope to hear from you again
You're welcome, bye now""",
    "closing_offer": """Is there anything else I can help you with
Is there anything else I can do for you today
Was there anything else, {title} {surname}
Anything else about your {matter}
Do you have any other questions about the {matter}
If there are any further questions, please ask
{back}, what else can I do for you
Apart from the {matter}, is there anything else
Is there something else I can {verb} for you
Your {matter} is {done}, anything else
Would you like anything else {day}
Right, that's {done}, is there anything else you need
If there isn't anything else, thank you for calling {company}
Can I do anything else for you before we finish
You said {problem}, was there anything else wrong
{back}, any other question for {dept}
Is there anything further, {given}
Is there something else I can help with
Okay {given}, what else can I {verb} for you
And is there any further question about the {matter}""",
    "greeting_time": """Good morning, {company}
Good afternoon, {title} {surname}
Good evening, this is {given} from {dept}
Good morning, thank you for calling {company}
Good afternoon, how can I help
Good evening, {company}, {given} speaking
A very good morning to you, {given}
Good morning, am I speaking with {given} {surname}
Good afternoon, I'm calling about your {matter}
Hello, good evening, you've reached {dept}
Good morning {given}, did the {matter} arrive {day}
Good afternoon and thank you for waiting
Good evening {title} {surname}, sorry to call so late
Yes, good morning, {dept}
Good afternoon, we had a note that {problem}
Good evening, agent {digits} at your service
A good afternoon to you, {company} here""",
    "invite": """Please go ahead
Go ahead, {title} {surname}
{back}, go ahead
I'm listening, {given}
Yes, I'm listening, please tell me about the {matter}
Please continue, I'm writing it down
I'm ready, go ahead with the number
Please carry on, you said {problem}
Please go on, I didn't want to interrupt
{dept}, go ahead please
Take your time and go ahead when you're ready
The line is open now, please go ahead
Sure, go ahead and give me the {matter} number
Hello, {company}, I'm listening
{back}, please carry on
Please go on, {given}
I'm listening, there's no rush""",
    "wish": """Have a nice day
Have a great day, {given}
Have a lovely day, {title} {surname}
Thanks for calling, have a good day
You have a wonderful day now
Have a great weekend
Have a lovely evening, goodbye
I hope you have a nice evening in {place}
Enjoy the rest of your day
Enjoy your weekend, {given}
Your {matter} is {done}, have a great day
Have a safe trip to {place}
Thank you for choosing {company}, have a pleasant day
{back}, have a good weekend
Enjoy your evening, {title} {surname}
{dept} will call you {day}, have a great afternoon
Have a safe journey home
Bye bye, enjoy the rest of your week
Thank you, you have a lovely weekend too""",
    "transfer": """I'll transfer you to {dept}
Let me transfer you now, {title} {surname}
I'm transferring you to {dept} in {place}
Please hold while I transfer your call
I'll put you through to {dept}
Let me connect you with {given} from {dept}
I'm connecting you now, {given}
Can I pass you over to {dept}
I'll pass you on to my colleague {given}
I'm going to hand you over to {dept}
For your {matter} I need to transfer you
Would you like me to connect you with {title} {surname}
{dept} can {verb} the {matter}, so I'll put you through
I'll put you through right now
I can put you through to {place}
One moment, I'm connecting you
They couldn't transfer your call {day} because of {reason}
We're transferring you, please hold""",
    "welcome_reply": """You're welcome
You're welcome, {title} {surname}
You're very welcome, {given}
My pleasure
It was my pleasure, {given}
No problem at all, that's what {dept} is for
Don't mention it
{back}, you're welcome
Not a problem at all, I'm happy to {do}
It's no trouble at all
Glad I could help
I'm glad I could help with the {matter}
You are welcome, call us again {day}
My pleasure, {title} {surname}, {wishes}
Happy I could help you {verb} it
You're welcome, is there anything else
You're always very welcome, goodbye""",
    "courtesy_title": """Yes sir, your {matter} is {done}
Mister {surname}, your {matter} has been {done}
Missus {surname}, are you still there
Madam, could I have your {matter} number please
All right sir, I'll {do}
Thank you sir
Is that Mister {surname} from {place}
Yes ma'am, it's {digits}
I'm calling for Missus {surname}
No sir, the {matter} wasn't {done}
Good morning madam, {company}
Mister {surname} will be here {day} at {clock}
I spoke with Missus {surname} {day}
{back}, Mister {surname}
Please hold, madam, I'm {doing}
The {matter} is in the name of Mister {surname}
Thank you ma'am, let me {do}
All right ma'am, the {matter} was {done} {day}
No ma'am, it isn't {done} yet""",
    "recap": """Let me confirm, the {matter} was {done} {day}
Just to confirm, that's {digits}
I'd like to confirm your address in {place}
To summarize, we {verb} the {matter} and call you {day}
So to recap, {problem} and you'd like a refund
Let me recap what we said about the {matter}
If I understand correctly, {problem}
If I understood correctly, you want to {verb} the {matter}
Let me read that back, {digits}
I'll read that back to you, it's {digits}
Your number is {digits}, is that correct
You'd like to come {day} at {clock}, is that correct
The {matter} is for {given} {surname}, have I got that right
What you're saying is that {problem}, is that correct
To confirm, {problem}
To recap, you're telling me that {problem}
So {problem}, have I got that right
Let me confirm, {given} {surname} in {place}
{back}, if I understood correctly, the {matter} never came""",
    "clarity_check": """Does that make sense
Does that make sense to you, {given}
Did that make sense, {title} {surname}
First we {verb} it and then you pay, does this make sense
Is that clear so far
We can't {verb} it before {clock}, is that clear
Is everything clear about the {matter}
I hope I explained that clearly
Have I explained it clearly, {given}
Does that answer your question about the {matter}
I hope that does answer your question
Are the terms of the {matter} clear enough for you
So that's how we {verb} a {matter}, does that make sense
Is everything clear or shall I start again
I may not have explained it clearly
Is that clear now
I'm not sure I said that clearly
Are the {num} steps clear enough, {title} {surname}""",
    "repeat_request": """Could you repeat that please
Could you repeat the {matter} number
Can you repeat your surname for me
Would you repeat the last part, {given}
Please repeat the address in {place}
Sorry, could you say that again
Would you say it again a little slower
I didn't catch your name
I'm afraid I didn't quite catch that
I beg your pardon
I didn't quite hear the street name
I'm having trouble hearing you, the line is bad
Was that {digits}, I didn't catch the end
Before we {verb} it, can you repeat the date
Sorry {title} {surname}, I didn't catch the number
Say it again please, was it {digits}
I have a little trouble hearing you, {given}
There's noise on the line and I didn't quite hear you""",
    "convenient": """Is this a good time to talk
Is now a good time, {title} {surname}
Hello {given}, is this a good time
Would {day} at {clock} be convenient
What time is convenient for you
Is it convenient to talk about your {matter}
Do you have a minute to talk about the {matter}
Do you have a moment to go over the {matter}
You can call {dept} at your convenience
When would suit you best, {day} or later
What time would suit you, is {clock} all right
When is a good time to call you back
Our office in {place} may be more convenient
If it isn't convenient I can call again {day}
Please send us the {matter} at your convenience
We'll {verb} it whenever it's convenient
If you have a minute, {given}, it's about the {matter}""",
    "taboo_shout": """Speak up
Speak up, it's noisy here
Can't you speak louder
Stop mumbling and give me the {matter} number
Well then speak up, {given}
You need to speak louder
Stop mumbling, was it {digits}""",
    "taboo_cannot_hear": """I can't hear you
I can't hear you, call again {day}
No, I cannot hear you at all
I still can't hear you, {given}
Hello, I can't hear you, the {matter} what
Well I cannot hear you, there's {reason}""",
    "taboo_dont_know": """I don't know
I don't know, ask {dept}
I have no idea why {problem}
We don't have a clue, try {dept}
I do not know who told you that
I don't know where the {matter} is
I don't know, maybe it was {done} {day}
I have no idea""",
    "taboo_who_do_i_ask": """How should I know
How should I know why {problem}
How am I supposed to know that
Why are you asking me
Don't ask me, ask {dept}
How should I know if it's {done}
And how was I supposed to know""",
    "taboo_not_mine": """That's not my job
That's not my problem
Your {matter} is not my department
That has nothing to do with me
Sorry, not my responsibility
It's not my job to {verb} it
{problem}, and that's not my problem
It's not my department, call {dept}""",
    "taboo_no_way": """There's nothing I can do
There's nothing we can do about {reason}
I can't do anything about your {matter}
Well there's nothing I can do, {given}
Because of {reason} there's nothing we can do
I can't do anything, {dept} is closed
I can't do anything before {clock}""",
    "taboo_hurry": """Hurry up
Hurry up, there are {num} people waiting
What's the rush
Make it quick, I want to {verb} this
Just get to the point
Get on with it, what about the {matter}
What's the rush, it comes {day}
Come on, get to the point""",
    "taboo_why_late": """Why didn't you say so
Why didn't you say so before I {verb} it
Then why didn't you tell me
You should have said so {day}
You should have told me that {problem}
Why didn't you say that {day}""",
    "taboo_off_duty": """I'm off duty
I'm off duty at {clock}, call {day}
My shift is over
{dept} is done for the day
It's the end of my shift
My shift ends at {clock}
We're off the clock now, try again {day}""",
    "taboo_look_yourself": """You can check that yourself now
Check it yourself, the number is {digits}
Go and find out yourself
See for yourself, {problem}
The {matter} is right there, read it yourself
You can {verb} it yourself
Then look at that yourself""",
    "taboo_you_must": """You must {verb} it first
You have to come {day}
You're wrong, it was {done}
You are wrong about the {matter}
Listen to me, {given}
You have to wait like anyone
Now listen to me, we can't {verb} it""",
    "taboo_insult": """Calm down
Calm down, {given}
Stop complaining about the {matter}
Are you deaf, I said {digits}
You people never read the {matter}
Whatever you say, it's only a {matter}
Who cares if {problem}
Oh shut up""",
}
AGENT = {label: lines.split("\n") for label, lines in AGENT.items()}

# "@" is the phrase; random common words around it, with and without pauses.
CARRIERS = """{w} {b}, @
@, {b} {w}
{b} @ {w} {b}
{w} @ {w}
the {w} of {b}, @, {w} {b}
@, we {verb} the {w} {b}
@ @
@
{back}, @, {b}
{title} {surname}, @
{given}, @, the {w} is {w}
I said {b} and {w}, @
{w} {w}, @ {b}
@ {b}, {w} and {w}
my {matter}, @, {w}
{problem}, @
@, {day} at {clock}
@, {digits}
{digits}, @
so the {w} was {w}, @
@, it's about {b} {w}
{b}, {w}, @, {w} {b}
{back} @ {given}
with {w} and {w}, @, {b} {w}
@, {w}
{w}, @, {w}""".split("\n")

CUSTOMER = """I'd like to {verb} my {matter}
I want to ask about my {matter}
My {matter} hasn't arrived and {problem}
How do I {verb} the {matter}
I called {day} at {clock} because {problem}
It's been {num} days and the {matter} still isn't {done}
I live in {place}, when will the {matter} get here
{problem}, who is going to fix it
The number is {digits}
My name is {given} {surname}
It's {surname}, {given} {surname}
{back}, I'll think about it
{back}, then {verb} it please
How much is it, {num} dollars or {num}
It was {num} pounds, not {num}
Why was the {matter} {done} again
Can someone come {day} to {verb} it
I was told it would be {done} {day}
Your colleague {given} said so {day}
Last time somebody from {dept} promised me a call
I want to complain about {dept}
I've been in the queue for {num} minutes
I'm out right now and only home by {clock}
So do I need to {verb} the {matter} or not
The address is {num} {w} Street, {place}
It happened when I tried to {verb} the {matter}
Give me a call when the {matter} is here
Fine, I'll come by {day} and {verb} it on my own
It takes far too long, {num} days for a {matter}
My husband said {problem}
My wife bought it {day} in {place}
My son broke it and now {problem}
The neighbors in {place} have the same thing
I read about {b} on your page and {w} {w}
I bought the {w} {w} with {b}
Do I need the {w} for {b}
The {w} and the {w} don't fit
It's always the {w}, never the {w}
I don't want a {matter}, I want my money back
I already paid {num} for the {matter}
That's not what I was told {day}
There's a {w} on it, the {b} is {w}
What's the difference between the {w} and the {w}
I got an email about {b}
Somebody sent me a {matter} I never asked for
I'm moving to {place} {day}
Can I change it to {clock}
Not {day}, that's too early for me
I only get a {w} {w} when I try
It says {b}, then {w}, then {digits}
I lost my {matter} in {place}
Is it true that you {verb} it for free
Then {verb} the {matter} and leave the {w}
You sent the {w} to {place} and not to me
I was charged {num} for {b}
Who do I talk to if {problem}
I've had this {matter} for {num} years
We were at the airport in {place} and {problem}
I tried it {num} times, same result
Well, {given} in {dept} knows all about it
The {matter} came but {problem}
What does {b} mean on the {matter}
Could you {verb} the {matter} for my mother
I'm not happy with the {w}, it's {w} and {w}
First {problem}, now {problem}
If it isn't {done} {day} I'll go to another company
The man said {clock} and it's {clock} now
Somewhere between {clock} and {clock} would be fine
You've got my old {matter}, the new one is {digits}
I can't find the {w} on the {matter}""".split("\n")

PLAIN = [
    "the {w} of {b} and {w}", "{b} {w}, {w} {b}", "{w} {w} {b}", "{b} and {b}", "a {w} {w} in {place}", "{b}, {b}, {w}",
    "they {w} the {w} with {b}", "{w} or {w}, {b} {w}", "when the {w} was {w}, {b}", "{w}, {w} and {w}", "{b} {b} {b}",
    "her {w} {w} on the {b}", "no {w} without {w}, no {b}", "from {w} to {w}, {b}", "it was {b} {w} {day}", "{num} {w} and {num} {w}",
    "{given} {w} the {b}", "we {w} {b}, but {w} {w}", "if {b} then {w} {w}", "{w} {b} {w} {b} {w}", "because {b}, {w} {w}",
    "his {w} near {place} {w} {b}", "the {w} {w}, the {w} {w}", "{b} at {clock} {w}", "more {w} than {w}, {b}", "{w} {w} {w} {w}",
    "{b}, not {b}", "under the {w} {b} {w}", "they said {b} about {w}", "{w} is {w}, {w} is {b}", "some {w} {b} and the {w}",
    "{b} {w} {w} {b}", "every {w} {b}, every {w}", "she {w} a {w} for {b}", "{w} after {w}, {w} after {b}", "what {b} {w} was",
]  # fmt: skip

JOINTS = [", ", ". "]  # between two sentences of one clip

NEAR_FRAMES = [
    "@", "@, {b} {w}", "{b} @ {w}", "the {w} @ {w}", "{w} {b}, @", "I said @ and {b}", "is it @ or {w}", "{given} said @, {w} {b}",
    "@ {w}, @", "they {w} @ with {b}", "about @, {b} {w} {w}", "{w} @ {b} {day}",
]  # fmt: skip
