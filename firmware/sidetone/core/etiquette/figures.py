"""The record's figures at the end of a call, each with the reason where it could not be measured."""

from sidetone.core.call.record import (
    NO_CUSTOMER_SPEECH,
    NO_HOLD,
    NO_RINGING,
    NO_SIGNAL,
    NO_SPEECH,
    ONE_CHANNEL,
    TOO_LITTLE,
    decibels,
    per_minute,
    scaled,
    seconds,
)


def figures(scene, voice, opening, waiting, t_ms):
    """(values, reasons): name -> printable value or None for every record field, name -> reason for every None."""
    agent = scene.agent
    turns = scene.turns
    spoke = agent is not None and agent.speech_ms > 0
    values = {"duration_s": seconds(t_ms)}
    reasons = {}

    def put(name, value, reason):
        values[name] = value
        if value is None:
            reasons[name] = reason

    ms_per_ring = scene.profile.get("answer.seconds_per_ring")
    put("rings", scene.phase.rings(t_ms, ms_per_ring), NO_RINGING)
    answer_ms = None
    if scene.phase.ring_began_ms is not None and turns.agent.first_ms is not None:
        answer_ms = max(0, turns.agent.first_ms - scene.phase.ring_began_ms)
    put(
        "answer_s",
        seconds(answer_ms) if answer_ms is not None else None,
        NO_SPEECH if scene.phase.ring_began_ms is not None else NO_RINGING,
    )

    agent_ms = agent.speech_ms if agent is not None else 0
    deaf = agent is not None and not spoke and scene.is_flat(agent, t_ms)  # the microphone's channel was dead: nothing was measured on it
    put("agent_speech_s", None if deaf else seconds(agent_ms), NO_SIGNAL)
    put("syllables", None if deaf else agent.syllables if agent is not None else 0, NO_SIGNAL)
    put("rate_speaking_per_min", per_minute(agent.syllables, agent.speech_with_pauses_ms) if spoke else None, NO_SPEECH)
    put("rate_clock_per_min", per_minute(agent.syllables, t_ms) if spoke else None, NO_SPEECH)
    level_q8 = agent.call_level_q8() if spoke else None
    put("level_dbfs", decibels(level_q8) if level_q8 is not None else None, NO_SPEECH)
    put("loud_s", seconds(voice.loud_ms) if spoke else None, NO_SPEECH)
    put("quiet_s", seconds(voice.quiet_ms) if spoke else None, NO_SPEECH)
    spread = agent.pitch_sd_st_q8 if agent is not None else None
    put("pitch_sd_st", decibels(spread) if spread is not None else None, TOO_LITTLE if spoke else NO_SPEECH)
    put("pauses_per_min", per_minute(agent.pauses, agent.speech_with_pauses_ms) if spoke else None, NO_SPEECH)
    put("longest_monologue_s", None if deaf else seconds(turns.longest_monologue_ms), NO_SIGNAL)

    two = scene.has_customer and not waiting.line_dead(t_ms)
    one = NO_SIGNAL if scene.has_customer else ONE_CHANNEL  # why there are not two
    customer_ms = turns.customer.speech_ms
    both = agent_ms + customer_ms
    put("customer_speech_s", seconds(customer_ms) if two else None, one)
    put("talk_ratio", scaled(agent_ms, both, 3) if two and both and not deaf else None, one if not two else NO_SIGNAL if deaf else NO_SPEECH)
    if deaf:
        two = False
        one = NO_SIGNAL
    put("interruptions", turns.interruptions if two else None, one)
    put("backchannels", turns.backchannels if two else None, one)
    put("overlap_s", seconds(turns.overlap_ms) if two else None, one)
    latency_ms = turns.median_latency_ms() if two else None
    put("response_latency_s", seconds(latency_ms) if latency_ms is not None else None, NO_CUSTOMER_SPEECH if two else one)
    put("silent_prompts", waiting.prompts if two else None, one)

    put("holds", scene.hold.count, None)
    put("hold_max_gap_s", seconds(scene.hold.max_gap_ms) if scene.hold.count else None, NO_HOLD)
    stages, reason = opening.stages()
    put("opening_stages", stages, reason)
    return values, reasons
