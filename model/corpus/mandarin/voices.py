"""The Mandarin styles of kokoro-js, and those of other languages that lend them their timbre."""

# Kept out of all training, as themselves and as parts of mixes.
TEST = ("zf_xiaoyi", "zm_yunyang")
TEST_DONORS = ("af_sarah", "am_liam", "bf_lily", "bm_daniel", "jf_alpha", "pm_alex")
TRAIN = ("zf_xiaobei", "zf_xiaoxiao", "zm_yunjian", "zm_yunxi", "zm_yunxia")
# zf_xiaoni, af_bella and af_river are left out: an independent recognizer mishears them.
TRAIN_DONORS = (
    "af_alloy af_aoede af_heart af_jessica af_kore af_nicole af_nova af_sky am_adam am_echo am_eric am_fenrir "
    "am_michael am_onyx am_puck bf_alice bf_emma bf_isabella bm_fable bm_george bm_lewis ef_dora em_alex "
    "ff_siwis hf_alpha hf_beta hm_omega hm_psi if_sara im_nicola jf_gongitsune jf_nezumi jf_tebukuro jm_kumo pf_dora"
).split()
