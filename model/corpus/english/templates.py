"""The English sentence templates: our own wording of what agents and customers say. {slots} are in slots.py.

{w} is a random common word, {b} two words that follow each other in ordinary text; "@" is a phrase or a near word.
"""

from model.corpus.english import core_lines, other_lines

AGENT = {label: lines.split("\n") for label, lines in {**core_lines.LINES, **other_lines.LINES}.items()}

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
