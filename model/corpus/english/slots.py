"""Words that fill the slots of the English sentence grammar (ours; plain call-centre matters)."""

SLOTS = {
    "company": (
        "Harbor Light Insurance|Silver Birch Bank|Blue Heron Air|Northern Star Energy|Maple Street Furniture|Red Kite Express|"
        "Golden Bridge Savings|Clear Brook Water|Summit Broadband|Lantern Mobile|Oak Valley Hotels|Copper Kettle Kitchen Supply|"
        "Green Meadow Pharmacy|Swift Arrow Delivery|Granite Home Loans|Orchard Health Clinic|Evergreen Gardens|Pebble Beach Travel|"
        "Bright River Electric|White Feather Bedding|Cedar Park Motors|Thistle Gas|Morning Tide Cruises|Crown Hill Theater|"
        "Little Robin Toys|Iron Gate Security|Velvet Lane Fashion|Sandstone Properties|Falcon Car Rental|Paper Moon Books|"
        "Quarter Mile Sports|Riverside Dental"
    ).split("|"),
    "dept": (
        "customer care|billing|the refund desk|technical support|the claims team|reservations|the front desk|the repair team|sales|"
        "the complaints office|member support|the accounts department|the loyalty team|the warehouse|the delivery desk|the help desk"
    ).split("|"),
    "surname": (
        "Smith Jones Taylor Brown Wilson Thomas Johnson Roberts Walker Wright White Hughes Edwards Green Hall Wood Lewis Martin Jackson "
        "Turner Hill Cooper Moore Ward Baker Parker Carter Phillips Mitchell Campbell Anderson Martinez Murphy Kelly Collins Stewart Graham "
        "Murray Nelson Palmer Fletcher Marshall Hamilton Chapman Spencer Singh Khan Fisher Archer Simpson"
    ).split(),
    "given": (
        "Anna Peter Laura Daniel Sarah James Emma David Rachel Michael Susan Robert Helen Maria Andrew Julia Steven Karen George Alice "
        "Thomas Martin Sophie Samuel Diana Oliver Jennifer William Melissa Jonathan Monica Walter Lucy Victor Jessica Henry"
    ).split(),
    "title": "mister missus doctor professor".split(),
    "day": (
        "today|tomorrow|yesterday|on Monday|on Tuesday|last Wednesday|next Thursday|this Friday|on Saturday|over the weekend|next week|"
        "last month|at the end of the month|in early June|before Christmas|two days ago|in the middle of August|the day after tomorrow"
    ).split("|"),
    "clock": (
        "half past nine|ten in the morning|two in the afternoon|quarter past three|eight at night|twelve noon|twenty to five|six thirty|"
        "around eleven|four forty five|five to seven|a quarter to one|nine fifteen|midnight"
    ).split("|"),
    "num": (
        "two|three|five|seven|nine|ten|twelve|eighteen|twenty four|thirty|forty eight|fifty|eighty five|ninety nine|one hundred and six|"
        "two hundred and thirty|three hundred and seventy|twelve hundred|six thousand"
    ).split("|"),
    "digits": (
        "four seven two nine|one three eight zero five|double six nine one|oh two one four|nine five two seven|zero zero eight six|"
        "three five eight|seven one five nine oh|two oh four seven|eight oh three three|five five one two six|six four double eight|"
        "one nine nine three|B four seven two|K nine oh one five"
    ).split("|"),
    "matter": (
        "order|phone bill|bank statement|data plan|internet package|invoice|contract|insurance policy|plane ticket|parcel|membership card|"
        "reward points|deposit|repair request|loan|credit card|electric meter|water bill|rent payment|appointment|refund|air conditioner|"
        "washing machine|cell phone|water heater|driving course|concert ticket|luggage|hotel room|parking space|subscription|direct debit|"
        "warranty|mailing address|gift card|claim form"
    ).split("|"),
    "verb": (
        "check|register|cancel|change|review|process|update|arrange|replace|upgrade|activate|close|restore|book|print|mail|exchange|inspect|"
        "record|renew|extend|correct|track|return|settle|approve|pause|reopen"
    ).split("|"),
    "done": (
        "canceled|sent|found|fixed|booked|paid|closed|changed|renewed|extended|approved|recorded|signed|shipped|settled|updated|"
        "registered|lost|withdrawn|frozen|rewritten|written off|set up|put right|sent back|taken off|brought forward"
    ).split("|"),
    "problem": (
        "the screen stays black|the signal keeps dropping|the pipe is leaking|the page won't load|the text messages never arrive|"
        "the card was charged twice|the address is wrong|one item is missing|the sound is far too quiet|the color doesn't match|"
        "the driver came four hours late|the password was forgotten|the battery is swollen|the lock is broken|it keeps switching itself off|"
        "there's no hot water|the wrong size was sent|the payment never went through|the flight was canceled|the box was already open|"
        "the discount wasn't applied|there's a loud noise from the heating|the app crashes every time|the name is spelled wrong|"
        "the engineer never turned up|the meter reading looks too high"
    ).split("|"),
    "place": (
        "London|Boston|Chicago|Manchester|Dallas|Leeds|Seattle|Bristol|Denver|Glasgow|Atlanta|Liverpool|Houston|Oxford|Miami|Cambridge|"
        "Phoenix|Berlin|Detroit|Dublin|Portland|Sheffield|Toronto|York"
    ).split("|"),
    "reason": (
        "a system upgrade|maintenance on the line|the bad weather|a delay at the depot|the stock count|the holiday rush|a network fault|"
        "missing paperwork|low stock|the road works|a power cut|a staff shortage|the bank holiday|a printing error"
    ).split("|"),
    "wishes": (
        "have a nice day|have a great day|have a lovely day|have a good weekend|have a lovely evening|enjoy your weekend|have a safe trip|"
        "have a wonderful day|enjoy the rest of your day|have a great afternoon"
    ).split("|"),
    "do": (
        "check that for you|look into it|ask a colleague|pull up your file|write that down|open a ticket|call the warehouse|chase the courier|"
        "report it to my manager|go through your records|add up the figures|test the line|send it again|make a quick call|correct that entry|"
        "send it back|issue a new one|find the right form|speak with my supervisor|update your profile|look at the calendar|"
        "bring up the booking|see what the notes say"
    ).split("|"),
    "doing": (
        "checking the system|looking at your account|pulling up the file|waiting for the page to load|asking my manager|testing the line|"
        "reading the notes|calling the warehouse|searching for the booking|saving the changes|going through the records"
    ).split("|"),
    "back": (
        "okay|right|I see|all right|sure|yes|of course|got it|understood|certainly|absolutely|great|perfect|lovely|fair enough|I understand|"
        "wonderful|very well|yeah|fine"
    ).split("|"),
}
