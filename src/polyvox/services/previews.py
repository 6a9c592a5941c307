"""A short sentence to hear a voice by, in the language it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import langcodes

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import best_match
from polyvox.domain.speech import SpeechRequest
from polyvox.domain.voice_config import ProviderConfig, VoiceConfig

SENTENCES: Final[Mapping[str, str]] = {
    "ar": "مرحبًا! هذا هو صوتي. كيف يمكنني مساعدتك؟",
    "bn": "নমস্কার! এটা আমার কণ্ঠ। কীভাবে সাহায্য করতে পারি?",
    "ca": "Hola! Així sona la meva veu. En què puc ajudar?",
    "cs": "Dobrý den! Takto zní můj hlas. Jak mohu pomoci?",
    "da": "Hej! Sådan lyder min stemme. Hvordan kan jeg hjælpe?",
    "de": "Hallo! So klingt meine Stimme. Wie kann ich helfen?",
    "el": "Γεια σας! Έτσι ακούγεται η φωνή μου. Πώς μπορώ να βοηθήσω;",
    "en": "Hello! This is what my voice sounds like. How can I help?",
    "es": "¡Hola! Así suena mi voz. ¿En qué puedo ayudar?",
    "fi": "Hei! Tältä ääneni kuulostaa. Kuinka voin auttaa?",
    "fil": "Kumusta! Ito ang boses ko. Paano ako makakatulong?",
    "fr": "Bonjour ! Voici ma voix. Comment puis-je vous aider ?",
    "hi": "नमस्ते! यह मेरी आवाज़ है। बताइए, क्या मदद चाहिए?",
    "hu": "Üdvözlöm! Így szól a hangom. Miben segíthetek?",
    "id": "Halo! Ini suara saya. Ada yang bisa saya bantu?",
    "it": "Ciao! Questa è la mia voce. Come posso aiutarti?",
    "ja": "こんにちは。これが私の声です。何かお手伝いできますか。",
    "ko": "안녕하세요! 제 목소리입니다. 무엇을 도와드릴까요?",
    "ms": "Helo! Ini suara saya. Apa yang boleh saya bantu?",
    "nl": "Hallo! Zo klinkt mijn stem. Hoe kan ik helpen?",
    "no": "Hei! Slik høres stemmen min ut. Hvordan kan jeg hjelpe?",
    "pl": "Cześć! Tak brzmi mój głos. Jak mogę pomóc?",
    "pt": "Olá! Esta é a minha voz. Como posso ajudar?",
    "ro": "Bună ziua! Așa sună vocea mea. Cu ce pot ajuta?",
    "ru": "Здравствуйте! Так звучит мой голос. Чем могу помочь?",
    "sv": "Hej! Så här låter min röst. Hur kan jag hjälpa till?",
    "sw": "Habari! Hii ni sauti yangu. Naweza kukusaidia vipi?",
    "ta": "வணக்கம்! இது என் குரல். நான் எப்படி உதவலாம்?",
    "te": "నమస్కారం! ఇది నా గొంతు. నేను ఎలా సహాయం చేయగలను?",
    "th": "สวัสดี! นี่คือเสียงของฉัน มีอะไรให้ช่วยไหม",
    "tr": "Merhaba! Bu benim sesim. Nasıl yardımcı olabilirim?",
    "uk": "Вітаю! Так звучить мій голос. Чим можу допомогти?",
    "vi": "Xin chào! Đây là giọng nói của tôi. Tôi có thể giúp gì cho bạn?",
    "zh": "您好！这是我的声音。有什么可以帮您的吗？",
}
"""By language. No form of a word depends on the speaker's sex."""


def sentence(language: str) -> str:
    """To be spoken in ``language`` (BCP 47): where there is none, the language's own name for itself.

    Raises BadLanguageTag.
    """
    found = best_match(language, SENTENCES)
    return SENTENCES[found] if found else langcodes.Language.get(language).autonym()


def preview(config: VoiceConfig, voice: Voice, language: str) -> SpeechRequest:
    """The sentence in ``voice``, with the settings that ``config`` has for its provider.

    It is nobody's reply: it counts for no personality, and no other provider takes over.
    """
    settings = config.of(voice.provider).settings
    alone = VoiceConfig(
        active_provider=voice.provider,
        providers={voice.provider: ProviderConfig(settings=settings)},
    )
    return SpeechRequest(
        text=sentence(language),
        voice_config=alone,
        provider=voice.provider,
        voice=voice.id,
        language=language,
        fallback=False,
    )
