"""What English agents say with a core label in it: our own wording, one template a line. {slots} are in slots.py."""

LINES = {
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
}
