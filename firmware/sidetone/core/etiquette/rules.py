# ruff: noqa: E501  (one rule a line)
"""Every rule of the standard, one row each: what it asks, how this device judges it, where it shows, or why it is not judged.

Row: (id, en, zh, severity, lamp, needs, phase, how, note)
    severity  LAMP      judged; a finding shows on `lamp` and is counted in the record
              RECORD    judged; a finding is counted in the record only
              ADVISORY  a figure for the coach in the record's `advice` (K1: the process lamp); never a finding
              DERIVED   not a fault of its own: a definition, an exception or a tolerance that other rules use
              NEVER     not judged, for the reason in `note`
    lamp      loud, pace, phrase, process or None
    needs     A agent's channel, C customer's channel, R call state or ringing, P phrase network, K clock, D direction of the call
    phase     where in the call it is judged
    how       what is measured and when it is a finding
    note      a limit of the judgement, or the reason it is not made
docs/standard-coverage.md is generated from this table.
"""

LAMP, RECORD, ADVISORY, DERIVED, NEVER = "lamp", "record", "advisory", "derived", "never"

# fmt: off
RULES = (
    ("A1", "Answer within the allowed rings", "铃响规定声数内接听", LAMP, "process", "R", "ringing", "rings signalled or heard, or ringing time / seconds_per_ring; finding when one more than answer.max_rings begins", "rings are signalled, or heard as tones on the customer's line down to 15 dB SNR; whose tones, tones.country says"),
    ("A2", "Apologise at once for a late answer", "接听迟了先致歉", LAMP, "phrase", "ARP", "opening", "after more than apologise_after_rings rings, no apology or thanks for waiting until greeting.opening_s", ""),
    ("A3", "Turn ringing time into rings", "铃声换算", DERIVED, None, "R", "ringing", "answer.seconds_per_ring, used by A1, A2, A4", ""),
    ("A4", "Outbound: give up after six rings", "外呼六声无人接即挂", RECORD, None, "RD", "ringing", "an outbound call still ringing when one more than outbound_abandon_rings begins", "as A1"),
    ("A5", "Answer important callers first", "重要客户优先", NEVER, None, "", "", "", "only the exchange knows who is waiting"),
    ("B1", "Greet first", "先问候", LAMP, "phrase", "AP", "opening", "no greeting within greeting.deadline_s of the pick-up, or of the agent's first speech where that is unknown; off when it comes", "a bare `wei` in front is not told apart"),
    ("B2", "Say who is speaking and offer service", "报单位与工号", LAMP, "phrase", "AP", "opening", "no word of greeting.stage2_any within greeting.opening_s; the sentence in hand is heard out", "company name and agent number are not spotted"),
    ("B3", "End the opening with an offer of help", "主动询问需求", LAMP, "phrase", "AP", "opening", "no word of greeting.stage3_any within greeting.opening_s; the sentence in hand is heard out", ""),
    ("B4", "Greeting, unit, offer: in this order", "开场白顺序", RECORD, None, "AP", "opening", "a stage heard before an earlier one; only where greeting.order.enforce is true", "the pause before the offer is not judged"),
    ("B5", "The greeting fits the time of day", "问候合时段", LAMP, "phrase", "APK", "opening", "in the opening, a greeting for another part of the day than the clock's, unless the border is within slack_min or the right greeting was heard nearly as well", "the trained label says that it was such a greeting, four texts say which"),
    ("B6", "A warm, clear, rising first sentence", "开场声音热情上扬", ADVISORY, None, "A", "opening", "semitones by which the first sentence ends over the call's median pitch", "the last syllable's own tone moves the pitch as much as the rise that is asked for, and warmth has no measure: a figure for the coach"),
    ("B7", "Address the customer by title", "使用尊称", RECORD, None, "AP", "end", "an agent who spoke for politeness.title_after_s without one title", ""),
    ("B8", "A smile in the voice", "声音微笑", NEVER, None, "A", "", "", "no honest measure; the standard itself forbids punishing it"),
    ("C1", "Not too loud", "音量不过大", LAMP, "loud", "A", "any", "running active level over the agent's calibrated level + loud_db for loud_hold_s of speech", "relative to the calibration: an uncalibrated agent is judged against -26 dBFS"),
    ("C2", "Not too quiet", "音量不过小", LAMP, "loud", "A", "any", "running active level under the calibrated level + quiet_db for quiet_hold_s of speech", "as C1"),
    ("C3", "A level the other side hears well", "音量适中", RECORD, None, "ACP", "talking", "the agent speaks 3 dB and more under his calibrated level, the customer asks him to repeat, and his next utterance is not 1 dB louder", "the band itself is C1 and C2; the noise of his room is L3"),
    ("C4", "Lower than an angry customer", "客户激动时压低声音", RECORD, None, "AC", "talking", "the customer is angry_customer_db over his own usual level and the agent over his own by as much or more", "each against his own usual level, as the ear-piece's gain is unknown"),
    ("C5", "A little louder for a confused customer", "客户困惑时略提高", DERIVED, None, "A", "any", "confused_tolerance_db", "confusion cannot be heard; no finding"),
    ("C6", "Slightly below the customer's voice", "音量略低于客户", ADVISORY, None, "AC", "any", "dB of the agent's level over the customer's, both over the call as the tap hears them", "the ear-piece's gain is unknown, so no limit is fair: a figure for the coach"),
    ("C7", "Do not shout back at a faint caller", "客户声小勿提高音量", RECORD, None, "AC", "talking", "the customer is 8 dB under his usual level and the agent rises by more than max_step_db over his", ""),
    ("C8", "Raise the voice step by step", "逐步提高音量", RECORD, None, "ACP", "talking", "after the customer's `please repeat` the agent's next utterance is more than max_step_db over the one before", "the request must be spotted on the customer's channel"),
    ("C9", "No shouting with the mouthpiece covered", "勿捂话筒喊话", ADVISORY, None, "A", "any", "seconds of speech 3 dB over the calibrated level whose share above 900 Hz is gone, though the call's other speech has it", "a hand over the mouthpiece is not told from a boom turned away: a figure for the coach"),
    ("C10", "Microphone in its place", "话筒位置", RECORD, None, "A", "any", "more than volume.pops_per_min breath pops in a minute of the agent's speech: bursts of 20-150 ms with nearly all of the level outside the speech band", "only a microphone in the breath is told; one too far away is C2"),
    ("C11", "Vary the volume", "音量有变化", ADVISORY, None, "A", "any", "standard deviation of the levels of the agent's utterances, dB", "how much is lively nobody has said: a figure for the coach"),
    ("D1", "Neither too fast nor too slow", "语速适中", LAMP, "pace", "A", "any", "syllable rate over rate.common.window_s of speaking time above red_above or below slow_below for red_hold_s", "an uncalibrated agent reads 9-16 % low"),
    ("D2", "Match the customer's pace", "语速与客户相配", RECORD, None, "AC", "talking", "agent's rate more than match_tolerance away from the customer's, both over their windows, for red_hold_s, and outside the good band or away from it", "the customer's rate is uncalibrated: the tolerance is widened by 10 %"),
    ("D3", "Slow down for what matters", "重要内容放慢", NEVER, None, "A", "talking", "", "which words matter is meaning; the ten digits are single syllables, which cannot be spotted reliably"),
    ("D4", "Answer promptly", "反应及时", RECORD, None, "AC", "talking", "more than response_warn_s from the customer's last word to the agent's first, without a hold phrase before", ""),
    ("D5", "Use pauses", "善用停顿", RECORD, None, "A", "any", "turns.pause_every_s of the agent's speech without a pause of 0.5 s", "the standard names no limit"),
    ("D6", "No monologue", "勿独白", LAMP, "pace", "AC", "talking", "the agent talks for monologue_warn_s without a turn of the customer", ""),
    ("D7", "No drawling, no hesitation", "不拖沓", RECORD, None, "AC", "any", "more than turns.hesitations_per_min in a minute of the agent's speech: sounds held on one pitch for 0.4 s, and bits under 0.8 s between two gaps of 0.3-1 s", "without the customer's channel his turns are not told from gaps; a slow pace is D1"),
    ("D8", "Not out of breath", "不急促喘息", NEVER, None, "A", "", "", "breath events are not reliable on a boom microphone"),
    ("E1", "No monotone", "语调有起伏", RECORD, None, "A", "any", "spread of pitch under flat_sd_semitones with window_voiced_s of voiced speech", "on the pace lamp only where intonation.led is true"),
    ("E2", "Pitch not shrill", "音调不尖", RECORD, None, "A", "any", "median pitch of the last 15-30 s voiced intonation.high_st over the agent's own usual pitch for 3 s", "the usual pitch is learned from the first three calls (habit.adapt); a replay does not know it"),
    ("E3", "Tone follows the content", "语气随内容", NEVER, None, "A", "", "", "needs the meaning of what is said"),
    ("E4", "No fatigue over the shift", "全天状态如一", RECORD, None, "A", "end", "the spread of pitch of this call, and its mean with the calls before, under shift.flat_share of the first shift.calls calls'", "judged from twice as many calls on; a shift ends after shift.rest_h without a call, or with a restart"),
    ("E5", "Clear articulation", "吐字清晰", NEVER, None, "A", "", "", "no honest measure on the device; never scored"),
    ("E6", "Dialect only for those who need it", "方言例外", NEVER, None, "A", "", "", "dialect is never scored"),
    ("F1", "Do not interrupt", "不打断客户", LAMP, "process", "AC", "talking", "the agent begins over the customer, overlaps interrupt_overlap_s and goes on longer than backchannel_max_s", "cross-talk louder than -14 dB is taken for speech"),
    ("F2", "Give listening sounds", "倾听有回应", RECORD, None, "AC", "talking", "the customer talks for backchannel_expected_every_s without a sound of the agent", ""),
    ("F3", "Listening sounds are no interruptions", "应答声不算打断", DERIVED, None, "AC", "talking", "an overlap not longer than backchannel_max_s is counted as back-channel", ""),
    ("F4", "Do not rush to answer", "不抢答", RECORD, None, "AC", "end", "three answers and more, and more than half of all, in under turns.rush_below_s or over the customer's last word", ""),
    ("F5", "Repeat back and confirm", "复述确认", RECORD, None, "ACP", "end", "a customer who spoke for understanding.recap_after_s, and no repeating back in the whole call", ""),
    ("F6", "Check that it was understood", "确认理解", RECORD, None, "ACP", "end", "a turn of understanding.check_after_s, and no question whether it was clear in it or after it", ""),
    ("F7", "No other work during a call", "通话中勿做他事", NEVER, None, "A", "", "", "typing notes is required, so a keyboard proves nothing"),
    ("G1", "Polite words throughout", "使用礼貌用语", RECORD, None, "AP", "end", "not one phrase with a greeting, `please`, thanks, an apology or a farewell in the whole call", ""),
    ("G2", "Begin with `please`, end with `all right?`", "请字开头好字结尾", ADVISORY, None, "AP", "end", "how many questions of the kind `is that all right?` were heard", "`please` is one syllable, which cannot be spotted reliably, and the sources differ on the last word: a figure for the coach"),
    ("G3", "No forbidden phrases", "禁用服务忌语", LAMP, "phrase", "AP", "any", "a taboo label, unless an excluded sentence is heard around it; always `possible`, never a verdict", "lamp only from confirm_hits on; needs a network with the taboo labels"),
    ("G4", "No fillers, no slang", "无口头禅", RECORD, None, "AP", "end", "more fillers than politeness.fillers_per_min in a minute of the agent's speech, over a call with a minute of it", "only fillers of three syllables and more; the commonest (that, then) are ordinary words; needs a network with the label filler"),
    ("G5", "No jargon", "不用术语", NEVER, None, "A", "", "", "a word list per site belongs to text, and no text leaves the headset"),
    ("G6", "Positive wording", "正面用语", RECORD, None, "AP", "end", "more negative wordings than politeness.negatives_max, and more than positive ones", "a short list of wordings; needs a network with the label negative"),
    ("G7", "`I` rather than `you must`", "不用命令口气", LAMP, "phrase", "AP", "any", "the label taboo_you_must; always `possible`", "needs a network with the taboo labels"),
    ("G8", "Not too many apologies", "致歉不过多", RECORD, None, "AP", "any", "more than apologies_max apologies within apologies_window_s", "thanks are counted, not judged"),
    ("G9", "Answer thanks", "回应致谢", RECORD, None, "ACP", "any", "thanks on the customer's channel, no `you are welcome` of the agent within 4 s", "needs a network with the label welcome_reply"),
    ("G10", "No private questions", "不谈私事", NEVER, None, "A", "", "", "needs the meaning of what is said"),
    ("H1", "Ask before a hold", "等待前征得同意", LAMP, "phrase", "AP", "hold", "a hold without a hold phrase before it, or without a word of the customer in between where hold.ask_consent is true", "consent needs the customer's channel; reason and time limit are not spotted"),
    ("H2", "Report progress every 15 s", "每15秒反馈进展", LAMP, "process", "A", "hold", "the agent's silence in a hold reaches progress_every_s; off at his next word", "a hold without phrase or signal is seen only with the customer's channel"),
    ("H3", "Call back rather than wait long", "久候改为回电", LAMP, "process", "A", "hold", "a hold longer than callback_after_s", ""),
    ("H4", "Keep talking while the customer waits", "等待中保持沟通", RECORD, None, "A", "hold", "a hold of two progress periods and more without one word of the agent", ""),
    ("H5", "Thank for waiting", "等待后致谢", LAMP, "phrase", "AP", "after hold", "no words of return or apology in the agent's first utterance after a hold", ""),
    ("H6", "Urgent interruption: ask, thank, apologise", "紧急打断先致歉", DERIVED, None, "AP", "hold", "the same as H1 and H5, judged there", ""),
    ("T1", "Explain and ask before a transfer", "转接前说明并征询", RECORD, None, "ACP", "talking", "a transfer phrase and no word of the customer until the call ends", "needs a network with the label transfer"),
    ("T2", "Brief the next person", "向接手人说明", NEVER, None, "", "", "", "said on another line"),
    ("T3", "Wait until the other extension answers", "确认转接成功", NEVER, None, "CR", "", "", "the second voice cannot be told from the customer's"),
    ("T4", "The next person thanks for waiting", "接手人致谢等待", RECORD, None, "APR", "opening", "a call that the telephone system signals as transferred, and no thanks for waiting or apology until greeting.opening_s", "the name of the transferee is not spotted"),
    ("T5", "Apologise at each failed transfer", "转接未成须致歉", NEVER, None, "A", "", "", "the attempts are not audible on the agent's line"),
    ("I1", "Silent call: three prompts, 5 s apart", "无声电话三次提示", LAMP, "process", "AC", "end", "a caller who never spoke: fewer than silent.prompts prompts, or a pause more than 1 s short of pause_s", "variant silent_profile = three_by_5s"),
    ("I2", "Silent call, variant: 2-3 s, then redial", "无声电话(二)", LAMP, "process", "AC", "end", "as I1 with silent_profile = redial_2_3s", ""),
    ("I3", "Silent call, variant: opening twice more", "无声电话(三)", LAMP, "process", "AC", "end", "as I1 with silent_profile = repeat_twice", ""),
    ("I4", "Faint caller: ask, then another telephone", "听不清的来电", RECORD, None, "ACPR", "end", "the agent hangs up on a customer who stayed 8 dB under his usual level, without having asked him to repeat, or sooner than faint_hangup_after_s", "a caller who is faint from the first word on is not told from a quiet line"),
    ("I5", "Noisy line: hang up only with consent", "杂音线路", RECORD, None, "ACR", "end", "the agent hangs up on a line whose noise is less than 10 dB under the customer's voice, without a word of his and without noisy_line.repeats more tries", ""),
    ("I6", "One-way audio", "单通", LAMP, "process", "C", "any", "the customer's line falls to digital silence for one_way_after_s though it carried sound and noise before", "a fault of the line, shown to the technician, not of the agent"),
    ("I7", "Say so politely when hearing badly", "听不清时礼貌请求", RECORD, None, "AP", "any", "`please repeat` without an apology within 3 s before or after it", ""),
    ("I8", "Announce a speaker-phone", "免提须告知", NEVER, None, "A", "", "", "reverberation does not prove a speaker-phone"),
    ("J1", "Ask whether there is anything else", "询问其他需求", RECORD, None, "AP", "end", "no word of closing.anything_else in the last window_s", "not judged for a silent call"),
    ("J2", "Thank for the call", "结束致谢", RECORD, None, "AP", "end", "no thanks in the last thanks_window_s", "not judged for a silent call"),
    ("J3", "A clear farewell", "礼貌道别", RECORD, None, "AP", "end", "no farewell in the last farewell_window_s before the agent's last word or the end", "not judged for a silent call"),
    ("J4", "Sum up before closing", "结束前总结", ADVISORY, None, "ACP", "end", "1 where something was repeated back within closing.window_s of the end, 0 where nothing was", "whether there was anything agreed is meaning: a figure for the coach; repeating back at all is F5"),
    ("J5", "The customer hangs up first", "客户先挂机", RECORD, None, "R", "end", "the agent hangs up first, less than agent_may_hang_up_after_s after the last word", "who hung up is signalled; a busy tone on the line says that it was the customer"),
    ("J6", "The agent may hang up after 3 s", "等待三秒可挂机", LAMP, "process", "R", "end", "after a farewell the agent hangs up sooner than agent_may_hang_up_after_s; the lamp blinks green when he may", "as J5"),
    ("J7", "If the customer stays, ask again", "客户未挂再询问", RECORD, None, "ACRP", "closing", "the agent hangs up on a customer who stayed silent for more than two such waits after the farewell, without asking again", "S2:1935 lets him hang up after one"),
    ("J8", "Who says farewell first", "谁先道别", ADVISORY, None, "ACP", "closing", "who said farewell first: 1 the agent, 2 the customer", "the sources contradict each other: no finding"),
    ("J9", "Put the receiver down gently", "轻放话筒", RECORD, None, "A", "end", "a hop of the last 2 s is closing.slam_db over the agent's level, unless the customer hung up", ""),
    ("J10", "When the agent may hang up first", "可先挂机的情形", DERIVED, None, "AC", "end", "a silent call with all its prompts is exempt from J5 and J6", "abusive callers cannot be told by sound"),
    ("J11", "A closing wish, not twice in excess", "结束祝福", RECORD, None, "AP", "any", "more than politeness.wishes_max wishes", "a missing wish is no fault"),
    ("K1", "Keep the call short", "通话时长", ADVISORY, "process", "A", "any", "the process lamp is amber from duration.target_s, red from max_s: information, a finding only where duration.as_fault is true", ""),
    ("K2", "In a long talk ask for the customer's time", "久谈询问是否方便", RECORD, None, "AP", "end", "a call longer than ask_convenient_after_s without the word", "needs a network with the label convenient"),
    ("K3", "Never hurry the customer", "不催促客户", DERIVED, None, "", "", "K1 is information", ""),
    ("L1", "No eating or smoking on the telephone", "通话勿吃喝", NEVER, None, "A", "", "", "mouth sounds are not told apart reliably enough to accuse"),
    ("L2", "No coughing into the telephone", "勿对话筒咳嗽", ADVISORY, None, "A", "", "loud bursts of 0.1-0.7 s without voice: coughs, sneezes, knocks", "a cough is no misconduct and not told from a knock: a count for the coach; no recorded coughs were at hand to measure it"),
    ("L3", "A quiet floor", "保持环境安静", RECORD, None, "A", "any", "the noise floor of the speech band is less than ambient.noise_below_db under the calibrated level for 10 s", "voices nearby are not told from noise"),
    ("L4", "Sit upright", "坐姿端正", NEVER, None, "A", "", "", "cannot be heard"),
    ("L5", "No humming", "勿哼唱", NEVER, None, "A", "", "", "not told from speech reliably"),
    ("L6", "No quarrelling", "不与客户争吵", RECORD, None, "AC", "talking", "both sides angry_customer_db over their usual levels and 1 s of overlap, within 10 s", "each against his own usual level"),
    ("M1", "Outbound opening", "外呼开场", RECORD, None, "APD", "opening", "outbound: `is it convenient` is not heard within 30 s", "needs a network with the label convenient; identity and number are not spotted"),
    ("M2", "No outbound calls in quiet hours", "休息时段不外呼", RECORD, None, "KD", "start", "an outbound call that starts within outbound.quiet_hours", "holidays are not known"),
    ("M3", "Come to the point", "直奔主题", NEVER, None, "A", "", "", "needs the meaning of what is said"),
    ("N1", "Complaint: apologise, understand, promise", "投诉处理", RECORD, None, "ACP", "end", "a customer who was angry (as C4) heard no apology afterwards", "understanding and promise have no labels"),
    ("N2", "Stay calm", "保持冷静", RECORD, None, "AC", "talking", "while the customer is angry (as C4), the agent's rate is above red_above or his level above the loud limit", ""),
    ("N3", "Escalate what cannot be solved", "无法解决即上报", RECORD, None, "AC", "end", "the customer was angry (as C4) for escalation.after_s of his speech, and neither the help button was pressed nor a transfer phrase said", "needs a help button; whether something can be solved is meaning"),
)
# fmt: on

NAMES = tuple([(row[0], row[1], row[2]) for row in RULES])  # (id, English, Chinese), for pages and tables

JUDGED = (LAMP, RECORD)


def rule_row(rule):
    """The row of a rule id; KeyError for an id that is not in the standard."""
    for row in RULES:
        if row[0] == rule:
            return row
    raise KeyError(rule)
