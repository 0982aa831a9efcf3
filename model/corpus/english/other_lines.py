"""What English agents say with a label of the other tiers in it, taboos included: our own wording, one template a line."""

LINES = {
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
You must come back {day}
You're wrong, it was {done}
You are wrong about the {matter}
Listen to me, {given}
You must wait like anyone
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
