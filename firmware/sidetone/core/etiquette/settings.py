# ruff: noqa: E501  (one setting a line reads better than one word a line)
"""Every setting of a profile, one row each: the only place where a default, a unit or a range is written down.

A row is (key, default, unit, kind, low, high, choices, src, help):
    key      dotted, exactly the path in a profile's TOML (`volume.loud_db`)
    default  as it would be written in TOML; numbers as decimal text, so that no float is needed on the device
    unit     what the number counts; UNIT_SCALE says how it is held once compiled (s -> ms, dB -> Q8, ratio -> per mille)
    kind     number  a decimal number          whole  a whole number          span   one number, or [low, high]
             flag    true or false             choice one of `choices`        text   a line of text
             words   a list of texts           clock  "HH:MM" -> minutes      hours  a list of "HH:MM-HH:MM"
             phrases a table label -> text or texts, compiled to rows (label, cutoff_q8 or 0 for the network's, texts as unit names)
    low, high  the allowed range, decimal text in the same unit, or None
    src      `S<document>:<line>` of the standard, or `ours` where the standard gives no number
    help     what it means and what it changes
"""

from sidetone.core.call.countries import CODES

UNIT_SCALE = (("s", 1000), ("dB", 256), ("st", 256), ("ratio", 1000))

LANGUAGES = ("zh", "en")
RATE_PROFILES = ("conversation", "words_100_150", "zi_100_120", "english")
SILENT_PROFILES = ("three_by_5s", "redial_2_3s", "repeat_twice")

_HEARD = "Words that count; a word is heard when one of the network's phrase labels covers it."

# fmt: off
SETTINGS = (
    ("schema", "1", "", "whole", "1", "1", None, "ours", "Version of this file's layout."),
    ("name", "default-zh", "", "text", None, None, None, "ours", "Name shown on the page and in the device's meta message."),
    ("version", "2026.1", "", "text", None, None, None, "ours", "The site's own version of its profile."),
    ("language", "zh", "", "choice", None, None, LANGUAGES, "ours", "Language of the calls: its released network hears them. Where a device carries another language's, no phrase is heard and every rule that needs one is `not judged`."),
    ("rate_profile", "conversation", "", "choice", None, None, RATE_PROFILES, "ours", "Which [rate.*] band judges D1."),
    ("silent_profile", "three_by_5s", "", "choice", None, None, SILENT_PROFILES, "S2:1921", "Which [silent.*] variant judges I1-I3."),
    # -- answering
    ("answer.max_rings", "3", "rings", "whole", "1", "20", None, "S0:302 S1:39 S2:329 S2:753 S2:1707 S4:134", "Answered too late (A1) after more rings than this."),
    ("answer.target_rings", "1", "rings", "whole", "1", "20", None, "S3:15", "The aim shown on the page; never a fault."),
    ("answer.apologise_after_rings", "3", "rings", "whole", "1", "20", None, "S2:753 S2:1839", "After more rings than this the first utterance must apologise (A2)."),
    ("answer.seconds_per_ring", "3.0", "s", "number", "1", "10", None, "S4:134-136", "Turns ringing time into rings where single rings are not signalled."),
    ("answer.outbound_abandon_rings", "6", "rings", "whole", "1", "20", None, "S3:15", "An outbound call is given up after this many rings (A4)."),
    # -- the telephone system's tones on the customer's line
    ("tones.country", "cn", "", "choice", None, None, CODES, "ours (ITU-T E.180 Suppl. 2)", "Whose ring, busy and zip tones are listened for; `custom` takes the settings below. Call states that are signalled come first."),
    ("tones.ring_s", "1.0", "s", "number", "0.2", "5", None, "ours", "With `custom`: how long a ring sounds."),
    ("tones.gap_s", "0", "s", "number", "0", "1", None, "ours", "With `custom`: the gap of a ring that sounds twice; 0: it sounds once."),
    ("tones.rest_s", "4.0", "s", "number", "0.5", "10", None, "ours", "With `custom`: rest between two rings."),
    ("tones.busy_s", "0.35", "s", "number", "0.15", "1", None, "ours", "With `custom`: how long the busy tone sounds and rests."),
    ("tones.pitch_hz", ("425", "1000"), "Hz", "span", "350", "1000", None, "ours", "With `custom`: lowest and highest pitch of these tones."),
    ("tones.beat_hops", "1", "hops", "whole", "1", "25", None, "ours", "With `custom`: after how many 10 ms a tone of two pitches repeats its level (440+480 Hz: 5); 1 for a plain tone."),
    # -- opening
    ("greeting.deadline_s", "5.0", "s", "number", "1", "30", None, "ours", "The greeting must be heard within this time of the pick-up, else of the agent's first speech (B1)."),
    ("greeting.opening_s", "12.0", "s", "number", "3", "60", None, "ours", "Service and offer must be heard within the same start plus this time (B2, B3)."),
    ("greeting.required_any", ("您好", "你好", "早上好", "中午好", "下午好", "晚上好"), "", "words", None, None, None, "S0:517 S2:1927 S3:15 S0:302", _HEARD),
    ("greeting.stage2_any", ("为您服务",), "", "words", None, None, None, "S1:45 S0:903 S2:1921 S2:1993 S2:2167", _HEARD),
    ("greeting.stage3_any", ("可以帮", "帮您", "帮到您", "帮助您", "什么帮助"), "", "words", None, None, None, "S1:43 S2:1921 S2:1993 S2:2167 S2:1975", _HEARD),
    ("greeting.order", ("greeting", "unit", "offer"), "", "words", None, None, None, "S2:755", "Order of the opening's stages (B4); S0:903 has the unit first."),
    ("greeting.order.enforce", False, "", "flag", None, None, None, "ours", "Whether another order is a finding (B4)."),
    ("greeting.pause_before_offer_s", "0.2", "s", "number", "0", "3", None, "ours (S2:755)", "The short pause before the offer of help (with B4)."),
    ("greeting.forbid_first", ("喂",), "", "words", None, None, None, "S2:2161 S2:33 S2:1155 S4:144", "A bare word that must not open the call (heard only if the network has a label for it)."),
    ("greeting.check_time_of_day", True, "", "flag", None, None, None, "S2:2779 S3:15 S2:3301", "Whether a greeting with a time of day must fit the clock (B5)."),
    ("greeting.day_parts.morning", "05:00", "", "clock", None, None, None, "ours", "Start of the morning."),
    ("greeting.day_parts.noon", "11:00", "", "clock", None, None, None, "ours", "Start of noon."),
    ("greeting.day_parts.afternoon", "13:00", "", "clock", None, None, None, "ours", "Start of the afternoon."),
    ("greeting.day_parts.evening", "18:00", "", "clock", None, None, None, "ours", "Start of the evening."),
    ("greeting.day_parts.slack_min", "30", "min", "whole", "0", "120", None, "ours", "A greeting for the neighbouring part of the day is no fault so near its border (B5)."),
    # -- volume: the standard gives no decibel value anywhere; all numbers ours, relative to the agent's calibration
    ("volume.calibration_mic_cm", "5", "cm", "whole", "1", "20", None, "S2:3915", "Distance of the microphone at calibration; S0:241 says left below the mouth."),
    ("volume.loud_db", "6.0", "dB", "number", "1", "30", None, "ours (S0:237 S0:801 S4:128)", "Too loud (C1) above the agent's comfortable level plus this."),
    ("volume.loud_hold_s", "0.3", "s", "number", "0.05", "5", None, "ours", "Debounce of C1: speech time above the limit before it is on."),
    ("volume.loud_release_s", "1.0", "s", "number", "0.1", "10", None, "ours", "Speech time back inside before C1 or C2 goes off."),
    ("volume.hysteresis_db", "3.0", "dB", "number", "0", "10", None, "ours", "How far back inside the level must come before it counts as inside."),
    ("volume.quiet_db", "-8.0", "dB", "number", "-30", "-1", None, "ours (S0:239 S0:801 S2:767)", "Too quiet (C2) below the comfortable level plus this."),
    ("volume.quiet_hold_s", "2.0", "s", "number", "0.1", "20", None, "ours", "Debounce of C2."),
    ("volume.angry_customer_rule", "agent_below_customer", "", "choice", None, None, ("agent_below_customer", "off"), "S0:171-173", "What is asked of the agent while the customer is loud (C4)."),
    ("volume.angry_customer_db", "6.0", "dB", "number", "1", "30", None, "ours", "A customer this far over his own usual level counts as angry."),
    ("volume.general_rel_to_customer_db", "-1.0", "dB", "number", "-20", "20", None, "S2:2745 (number ours)", "The agent's aim relative to the customer's level (C6); never a fault by itself."),
    ("volume.confused_tolerance_db", "3.0", "dB", "number", "0", "10", None, "S0:177 (number ours)", "Extra level allowed while repeating for a customer who cannot follow (C5)."),
    ("volume.max_step_db", "3.0", "dB", "number", "1", "20", None, "S2:1913 (number ours)", "Largest step from one utterance to the next after `speak up` (C8)."),
    ("volume.keep_level_when_customer_faint", True, "", "flag", None, None, None, "S2:1889", "Whether shouting back at a faint customer is a fault (C7)."),
    ("volume.pops_per_min", "20", "pops", "whole", "3", "200", None, "ours (S0:241 S2:3915)", "More breath pops than this in a minute of speech: the microphone stands in the breath (C10)."),
    # -- pace
    ("rate.conversation.label", "conversation", "", "text", None, None, None, "ours", "How this band is named on the page."),
    ("rate.conversation.target_min", "180", "syll/min", "whole", "40", "600", None, "ours", "Lower edge of the good band."),
    ("rate.conversation.target_max", "300", "syll/min", "whole", "40", "600", None, "ours", "Upper edge of the good band; above it the lamp is amber."),
    ("rate.conversation.red_above", "330", "syll/min", "whole", "40", "600", None, "ours", "Too fast (D1) above this rate."),
    ("rate.conversation.slow_below", "150", "syll/min", "whole", "40", "600", None, "ours", "Too slow (D1) below this rate."),
    ("rate.words_100_150.label", "100~150 词/分", "", "text", None, None, None, "S0:189 x 1.6 (factor ours)", "How this band is named on the page."),
    ("rate.words_100_150.target_min", "160", "syll/min", "whole", "40", "600", None, "S0:189 x 1.6 (factor ours)", "Lower edge of the good band."),
    ("rate.words_100_150.target_max", "240", "syll/min", "whole", "40", "600", None, "S0:189 x 1.6 (factor ours)", "Upper edge of the good band; above it the lamp is amber."),
    ("rate.words_100_150.red_above", "270", "syll/min", "whole", "40", "600", None, "ours", "Too fast (D1) above this rate."),
    ("rate.words_100_150.slow_below", "140", "syll/min", "whole", "40", "600", None, "ours", "Too slow (D1) below this rate."),
    ("rate.zi_100_120.label", "100-120 字/分", "", "text", None, None, None, "S0:767", "How this band is named on the page."),
    ("rate.zi_100_120.target_min", "100", "syll/min", "whole", "40", "600", None, "S0:767", "Lower edge of the good band."),
    ("rate.zi_100_120.target_max", "120", "syll/min", "whole", "40", "600", None, "S0:767", "Upper edge of the good band; above it the lamp is amber."),
    ("rate.zi_100_120.red_above", "132", "syll/min", "whole", "40", "600", None, "ours: 120 + 10 % measuring tolerance (S0:767)", "Too fast (D1) above this rate."),
    ("rate.zi_100_120.slow_below", "90", "syll/min", "whole", "40", "600", None, "ours", "Too slow (D1) below this rate."),
    ("rate.english.label", "English", "", "text", None, None, None, "ours", "How this band is named on the page."),
    ("rate.english.target_min", "170", "syll/min", "whole", "40", "600", None, "ours (120 words/min x 1.4 syllables)", "Lower edge of the good band."),
    ("rate.english.target_max", "270", "syll/min", "whole", "40", "600", None, "ours (190 words/min x 1.4 syllables)", "Upper edge of the good band; above it the lamp is amber."),
    ("rate.english.red_above", "310", "syll/min", "whole", "40", "600", None, "ours (220 words/min x 1.4 syllables)", "Too fast (D1) above this rate."),
    ("rate.english.slow_below", "140", "syll/min", "whole", "40", "600", None, "ours (100 words/min x 1.4 syllables)", "Too slow (D1) below this rate."),
    ("rate.common.unit", "syllables per minute of agent speaking time, pauses < 1 s included", "", "text", None, None, None, "ours", "What the rate counts; words, never read by the device."),
    ("rate.common.window_s", "20", "s", "number", "5", "60", None, "ours", "Speaking time over which the rate is taken."),
    ("rate.common.red_hold_s", "6", "s", "number", "0.5", "60", None, "ours", "Debounce of D1: speaking time outside before it is on."),
    ("rate.common.release_s", "3", "s", "number", "0.5", "60", None, "ours", "Speaking time back inside before D1 goes off."),
    ("rate.common.dead_band", "0.05", "ratio", "number", "0", "0.3", None, "ours", "How far back inside the rate must come: this share of the limit."),
    ("rate.common.match_customer", True, "", "flag", None, None, None, "S0:193 S3:15", "Whether the customer's rate is compared (D2)."),
    ("rate.common.match_tolerance", "0.25", "ratio", "number", "0.05", "1", None, "ours", "Allowed difference from the customer's rate (D2)."),
    ("rate.common.match_never_above_red", True, "", "flag", None, None, None, "ours: S0:193 conflicts with S0:767 for fast customers", "A fast customer is no excuse for D1."),
    ("rate.common.listener_capacity_words_per_min", ("600", "650"), "words/min", "span", "100", "2000", None, "S0:191", "A fact of the standard, not a limit."),
    # -- voice
    ("intonation.flat_sd_semitones", "1.4", "st", "number", "0.3", "5", None, "ours (S0:203 S0:235 S0:795)", "Monotone (E1) below this spread of pitch."),
    ("intonation.window_voiced_s", "15", "s", "number", "5", "60", None, "ours", "Voiced time over which the spread is taken."),
    ("intonation.led", False, "", "flag", None, None, None, "ours", "Whether E1 shows on the pace lamp."),
    ("intonation.high_st", "3.0", "st", "number", "1", "12", None, "ours (S0:113 S0:855)", "Shrill (E2) this far above the agent's own usual pitch, which is learned call by call."),
    # -- turns
    ("turns.interrupt_overlap_s", "0.5", "s", "number", "0.1", "5", None, "ours (S1:23 S2:2061)", "Talking over the customer this long is an interruption (F1)."),
    ("turns.backchannel_max_s", "1.0", "s", "number", "0.2", "3", None, "ours", "A listening sound is shorter than this (F2, F3)."),
    ("turns.backchannel_words", ("嗯", "是的", "哦", "是吗", "对", "我明白了", "好的"), "", "words", None, None, None, "S1:23 S3:15 S2:757 S0:827", "Usual listening sounds (told by their length, not by their words)."),
    ("turns.backchannel_expected_every_s", "20", "s", "number", "5", "120", None, "ours (S2:757)", "The customer must not talk longer than this without a listening sound (F2)."),
    ("turns.response_warn_s", "4.0", "s", "number", "1", "30", None, "ours (S0:227)", "An answer later than this is a finding (D4)."),
    ("turns.monologue_warn_s", "45", "s", "number", "10", "300", None, "ours (S2:709)", "The agent must not talk longer than this without a turn of the customer (D6)."),
    ("turns.pause_every_s", "30", "s", "number", "5", "120", None, "ours (S0:249)", "The agent must pause at least once in so much of his own speech (D5)."),
    ("turns.rush_below_s", "0.2", "s", "number", "0", "1", None, "ours (S0:267 S3:15)", "An answer sooner than this is rushed (F4)."),
    ("turns.hesitations_per_min", "12", "hesitations", "whole", "2", "60", None, "ours (S2:2067 S0:259)", "More drawn-out sounds and broken-off bits than this in a minute of speech are hesitant speech (D7)."),
    # -- understanding
    ("understanding.recap_after_s", "40", "s", "number", "5", "600", None, "ours (S1:73 S3:15)", "A customer who spoke this long is owed a repetition of his request (F5)."),
    ("understanding.check_after_s", "30", "s", "number", "5", "300", None, "ours (S2:2063)", "An explanation this long is owed the question whether it was clear (F6)."),
    # -- hold
    ("hold.triggers", ("请稍等", "请您稍等", "稍等片刻", "请稍候"), "", "words", None, None, None, "S2:1201 S1:97 S2:2059 S2:1657", _HEARD),
    ("hold.ask_consent", True, "", "flag", None, None, None, "S0:910-911 S3:15 S2:2059", "Whether leaving without the customer's answer breaks H1."),
    ("hold.silence_after_phrase_s", "3.0", "s", "number", "1", "15", None, "ours", "Agent's silence after a hold phrase that starts a hold."),
    ("hold.silence_unasked_s", "8.0", "s", "number", "3", "30", None, "ours (rules.tsv H1: 5-8 s)", "Silence of both sides that is a hold though nobody announced it."),
    ("hold.progress_every_s", "15", "s", "number", "5", "120", None, "S3:15", "The agent must speak at least this often in a hold (H2)."),
    ("hold.progress_warn_s", "12", "s", "number", "1", "120", None, "ours", "The process lamp turns amber; no finding."),
    ("hold.callback_after_s", "60", "s", "number", "20", "900", None, "ours (S3:15 S4:174)", "A longer hold should have been a call-back (H3)."),
    ("hold.return_words", ("感谢您的耐心等待", "感谢您的等待", "让您久等了"), "", "words", None, None, None, "S2:3229 S1:99 S2:2059", _HEARD),
    ("hold.return_words.preferred", "0", "", "whole", "0", "20", None, "S2:3229", "Which of return_words the coach recommends."),
    # -- transfer
    ("transfer.triggers", ("转接", "帮您转"), "", "words", None, None, None, "S1:103 S2:2179", _HEARD),
    ("transfer.ask_consent", True, "", "flag", None, None, None, "S0:916-917 S3:15", "Whether a transfer without the customer's answer breaks T1."),
    ("transfer.wait_for_answer", True, "", "flag", None, None, None, "S0:922 S2:993", "Stay on the line until the other extension answers (T3; not judged)."),
    # -- silent calls
    ("silent.three_by_5s.prompts", "3", "prompts", "whole", "1", "10", None, "S2:1921", "Prompts owed to a silent caller before hanging up (I1)."),
    ("silent.three_by_5s.pause_s", "5.0", "s", "span", "1", "30", None, "S2:1921", "Pause after each prompt."),
    ("silent.three_by_5s.second_prompt_after_s", "10.0", "s", "number", "1", "60", None, "S2:1921 (literal reading; the short one is 5.0)", "Longest sensible pause before the second prompt."),
    ("silent.three_by_5s.hangup_after_last_s", "5.0", "s", "number", "0", "60", None, "S2:1921", "Pause between the last prompt and hanging up."),
    ("silent.three_by_5s.third_prompt", "非常抱歉,您的电话没有声音,请您换一部电话再打来,感谢来电,再见!", "", "text", None, None, None, "S2:1921", "The last prompt, for the coach."),
    ("silent.redial_2_3s.prompts", "3", "prompts", "whole", "1", "10", None, "S2:2015 (script, repeat, farewell)", "Prompts owed to a silent caller (I2)."),
    ("silent.redial_2_3s.pause_s", ("2.0", "3.0"), "s", "span", "1", "30", None, "S2:2015", "Pause after each prompt."),
    ("silent.redial_2_3s.third_prompt", "对不起,听不到(清)您的声音,请您再拨一次好吗?", "", "text", None, None, None, "S2:2015", "The last prompt, for the coach."),
    ("silent.repeat_twice.prompts", "4", "prompts", "whole", "1", "10", None, "S2:2169 (opening, 2 repeats, final script)", "Prompts owed to a silent caller (I3)."),
    ("silent.repeat_twice.pause_s", "5.0", "s", "span", "1", "30", None, "ours: S2:2169 gives no time", "Pause after each prompt."),
    # -- noisy or faint lines
    ("noisy_line.repeats", "2", "prompts", "whole", "1", "10", None, "S2:1897", "Prompts owed on a noisy line (I5)."),
    ("noisy_line.pause_s", "5.0", "s", "number", "1", "30", None, "S2:1897", "Pause after each of them."),
    ("noisy_line.need_assent", True, "", "flag", None, None, None, "S2:1897", "Hang up only after the customer agrees (I5)."),
    ("noisy_line.faint_hangup_after_s", "5.0", "s", "number", "1", "30", None, "S2:1889", "Pause before hanging up on a faint caller (I4)."),
    ("noisy_line.one_way_after_s", "3.0", "s", "number", "1", "30", None, "ours", "Digital silence of the customer's line in mid-call that counts as one-way audio (I6)."),
    # -- closing
    ("closing.window_s", "60", "s", "number", "10", "600", None, "ours", "The offer `anything else?` counts within this time of the end (J1)."),
    ("closing.thanks_window_s", "20", "s", "number", "5", "120", None, "ours", "Thanks count within this time of the end (J2)."),
    ("closing.farewell_window_s", "10", "s", "number", "3", "120", None, "ours", "The farewell counts within this time of the end (J3)."),
    ("closing.anything_else", ("还有什么", "还有其他", "还有别的"), "", "words", None, None, None, "S2:1879 S2:2065 S2:1881 S2:141", _HEARD),
    ("closing.thanks", ("谢谢", "感谢"), "", "words", None, None, None, "S0:519 S0:924 S2:1879", _HEARD),
    ("closing.farewell", ("再见",), "", "words", None, None, None, "S2:1933 S4:182 S2:3919", _HEARD),
    ("closing.customer_hangs_up_first", True, "", "flag", None, None, None, "S3:15 S0:925 S2:759 S2:1713 S2:1855 S4:102", "Whether the agent must let the customer hang up first (J5)."),
    ("closing.agent_may_hang_up_after_s", "3.0", "s", "number", "0", "30", None, "S2:1935 (S2:1881: ask once more first)", "Silence of both after which the agent may hang up (J6)."),
    ("closing.slam_db", "20.0", "dB", "number", "6", "60", None, "ours (S2:759 S2:1713 S2:1937)", "A thump this far over the speech level at hang-up (J9)."),
    # -- length
    ("duration.target_s", "180", "s", "number", "30", "3600", None, "S4:106 S2:1931", "The process lamp turns amber: information (K1)."),
    ("duration.max_s", "300", "s", "number", "30", "7200", None, "S4:106", "The process lamp turns red: information (K1)."),
    ("duration.ask_convenient_after_s", "180", "s", "number", "30", "3600", None, "S2:1845 (number ours)", "In a longer talk the agent asks whether the customer has time (K2)."),
    ("duration.as_fault", False, "", "flag", None, None, None, "S0:741", "Whether a long call is a finding; the standard forbids hurrying the customer (K3)."),
    # -- outbound
    ("outbound.quiet_hours", ("12:00-14:00", "21:00-08:00"), "", "hours", None, None, None, "S2:341 S2:351 (clock times ours)", "No outbound call starts in these hours (M2)."),
    ("outbound.sequence", ("verify", "company", "工号", "方便"), "", "words", None, None, None, "S4:78-82 S2:2025", "Order of an outbound opening (M1)."),
    # -- words
    ("taboo.words", ("不知道", "不清楚", "没办法", "有什么办法", "大声点", "大点声", "听不见", "快点讲", "急什么", "你问我", "我问谁", "不归我管", "管不着", "与我无关", "不关我的事", "怎么不早说", "要下班了", "自己去看", "不是告诉你", "不是已经告诉你", "你必须", "你错了", "有本事", "就这态度", "啰嗦", "烦不烦"), "", "words", None, None, None, "S2:1261-1315 S2:2033-2045 S2:2163 S2:3239-3267", "Words to report as possible (G3, G7); a label is watched when one of its words stands here."),
    ("taboo.exclude", ("不知道我刚才", "不知道我解释", "不知您是否", "听不清楚您", "没听清楚", "不太清楚的问题", "再大声一点", "慢慢讲", "您能听清楚"), "", "words", None, None, None, "S2:2063 S2:3215 S2:2025 S2:2171 S2:969 S2:1879 S2:1889 S2:1995 S2:141", "Prescribed sentences that contain a taboo word: a hit inside one is dropped."),
    ("taboo.confirm_hits", "2", "hits", "whole", "1", "10", None, "ours", "Hits in one call before the lamp shows it; every single one stays `possible`, never a verdict."),
    ("politeness.apologies_max", "5", "hits", "whole", "1", "50", None, "ours (S2:3311)", "More apologies than this within apologies_window_s is too many (G8)."),
    ("politeness.apologies_window_s", "180", "s", "number", "30", "900", None, "ours (S2:3311)", "See apologies_max."),
    ("politeness.title_after_s", "60", "s", "number", "10", "600", None, "ours (S2:2053)", "An agent who spoke this long should have used the customer's title (B7)."),
    ("politeness.wishes_max", "2", "hits", "whole", "1", "10", None, "S2:3303 (number ours)", "More closing wishes than this are too many (J11)."),
    ("politeness.fillers_per_min", "6", "hits", "whole", "1", "60", None, "ours (S0:565 S2:1957)", "More fillers than this in a minute of the agent's speech are too many (G4)."),
    ("politeness.negatives_max", "2", "hits", "whole", "0", "20", None, "ours (S0:817 S2:3229)", "More negative wordings than this, and more than positive ones, break G6."),
    ("escalation.after_s", "60", "s", "number", "10", "600", None, "ours (S0:289 S0:620 S1:103)", "A customer who was angry this long (his own speech) should have been passed on: by the help button or a transfer (N3)."),
    ("ambient.noise_below_db", "18", "dB", "number", "6", "40", None, "ours (S0:638 S0:474)", "The room is too loud (L3) where the noise floor is less than this under the agent's level."),
    ("calm.cool_down_s", "1.0", "s", "number", "0", "30", None, "ours", "After C1, C2, D1, E1 or E2 has gone off, so much speech cannot turn it on again."),
    # -- what is learned of the agent from call to call: all ours
    ("habit.adapt", True, "", "flag", None, None, None, "ours", "Whether the calibrated level follows the agent slowly, and his usual pitch is learned. Never in a replay, unless asked."),
    ("habit.max_shift_db", "3.0", "dB", "number", "0", "6", None, "ours", "The level followed stays this near the calibrated one, whatever is heard."),
    ("habit.share", "0.05", "ratio", "number", "0.01", "0.5", None, "ours", "Weight of one call: 0.05 is a time constant of 20 calls, about half a shift."),
    ("habit.min_speech_s", "30", "s", "number", "5", "600", None, "ours", "A call with less of the agent's speech teaches nothing."),
    ("shift.calls", "5", "calls", "whole", "2", "50", None, "ours (S0:205 S2:3383)", "The first so many calls after a rest are what the later ones are compared with (E4)."),
    ("shift.flat_share", "0.7", "ratio", "number", "0.3", "0.95", None, "ours (S0:205 S0:207)", "A spread of pitch below this share of the first calls' is fatigue (E4)."),
    ("shift.rest_h", "4", "h", "whole", "1", "24", None, "ours", "After so long without a call a new shift begins."),
    # -- lamps: all ours
    ("lamps.brightness", "0.4", "ratio", "number", "0.01", "1", None, "ours", "Share of full brightness; desks in a dim room need 0.1."),
    ("lamps.quiet_mode", False, "", "flag", None, None, None, "ours", "Only red is shown, and it never blinks."),
    ("lamps.changes_per_min", "12", "changes", "whole", "2", "60", None, "ours", "At most so many changes a minute and lamp; above it a lamp keeps its gravest state."),
    ("lamps.min_dwell_s", "0.8", "s", "number", "0.1", "10", None, "ours", "A lamp gets graver at once, but keeps a state at least this long before it gets milder."),
    ("lamps.event_show_s", "4", "s", "number", "1", "30", None, "ours", "How long a single event (a missing phrase, an interruption) stays on its lamp."),
    # -- figures for the dashboard, from the written standard
    ("kpi.system_connect_rate_min", "0.85", "ratio", "number", "0", "1", None, "S2:2081", "Chart target."),
    ("kpi.human_answer_rate_min", "0.85", "ratio", "number", "0", "1", None, "S2:2083", "Chart target."),
    ("kpi.complaint_answer_max_h", "48", "h", "whole", "1", "1000", None, "S2:2091", "Chart target; S4:42 says one day."),
    ("kpi.reply_rate", "1.0", "ratio", "number", "0", "1", None, "S2:2095", "Chart target."),
    ("kpi.reply_in_time_rate", "1.0", "ratio", "number", "0", "1", None, "S2:2097", "Chart target."),
    ("kpi.repeat_complaint_max", "0.01", "ratio", "number", "0", "1", None, "S2:2099", "Chart target."),
    ("kpi.consult_satisfaction_min", "0.90", "ratio", "number", "0", "1", None, "S2:2101", "Chart target."),
    ("kpi.crossprovince_satisfaction_min", "0.85", "ratio", "number", "0", "1", None, "S2:2101", "Chart target."),
    ("kpi.keyaccount_satisfaction_min", "0.95", "ratio", "number", "0", "1", None, "S2:2101", "Chart target."),
    ("kpi.complaint_rate_max", "0.01", "ratio", "number", "0", "1", None, "S2:3523", "Chart target."),
    ("kpi.ticket_on_spec_min", "0.96", "ratio", "number", "0", "1", None, "S2:3523", "Chart target."),
    ("kpi.appeal_window_days", "3", "days", "whole", "1", "90", None, "S2:3999", "How long an agent may contest a finding."),
    ("kpi.penalty_lapse_months", "3", "months", "whole", "1", "60", None, "S2:3995", "After this a finding no longer counts."),
    ("kpi.probation_watch_months", "3", "months", "whole", "1", "60", None, "S2:3147", "Length of a new agent's trend chart."),
    # -- privacy: false is the only value this device can honour; the rows are here so that a profile may say so
    ("privacy.store_audio", False, "", "flag", None, None, (False,), "S0:39 S0:137 S0:577 S0:684-687", "The device cannot store sound."),
    ("phrases", (), "", "phrases", None, None, None, "ours", "The site's own phrases, given as text (`company = [\"欢迎致电光明电力\"]`): heard and counted, no rule asks for them. `sidetone phrases` adds and tests them."),
    ("privacy.publish_transcript", False, "", "flag", None, None, (False,), "S0:37 S0:687", "The device cannot publish words."),
    ("privacy.publish_customer_identifiers", False, "", "flag", None, None, (False,), "S0:577 S0:621", "The device knows none."),
)
# fmt: on


def unit_scale(unit):
    """How many compiled steps one `unit` has: 1000 for s, 256 for dB and semitones (Q8), 1000 for a ratio, else 1."""
    for name, scale in UNIT_SCALE:
        if name == unit:
            return scale
    return 1


def row_of(key):
    """The row of `key`, or None."""
    for row in SETTINGS:
        if row[0] == key:
            return row
    return None
