"""The recording script's words in each language. Translations may be spoken by anybody: no form of a
word depends on the speaker's sex, and the store's name stands where it needs no ending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

STORE: Final = "[Store Name]"
"""Stands for the name in every text."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Sentences by mood. ``pace`` is how many words a minute are read aloud, or characters where
    words are not ``spaced``."""

    pace: float
    neutral: tuple[str, ...]
    enthusiastic: tuple[str, ...]
    calm: tuple[str, ...]
    empathetic: tuple[str, ...]
    spaced: bool = True


def _pace(measured: float) -> float:
    """From 228 English words in the study of 17 languages (IReST, Trauzettel-Klosinski and Dietz,
    2012), whose readers were young and hurried, to the 183 of all studies of reading aloud
    (Brysbaert, 2019)."""
    return measured * 183 / 228


TEXTS: Final[Mapping[str, Texts]] = {
    "en": Texts(
        _pace(228),
        neutral=(
            "Hi there!",
            "Welcome to [Store Name].",
            "I'm excited to help you find the perfect product today.",
            "Let me know what you're looking for.",
        ),
        enthusiastic=(
            "Oh wow, that's an awesome choice!",
            "This strain has fantastic reviews and I think you're really going to love it.",
            "It's one of our best sellers!",
        ),
        calm=(
            "I'd be happy to answer any questions you have about our products.",
            "Feel free to ask me anything, and I'll do my best to help.",
        ),
        empathetic=(
            "I understand what you're going through.",
            "Let's work together to find something that can help you feel better.",
            "You're in good hands.",
        ),
    ),
    "de": Texts(
        _pace(179),
        neutral=(
            "Hallo!",
            "Willkommen bei [Store Name].",
            "Ich freue mich, Ihnen heute dabei zu helfen, das perfekte Produkt zu finden.",
            "Sagen Sie mir einfach, was Sie suchen.",
        ),
        enthusiastic=(
            "Oh wow, das ist eine großartige Wahl!",
            "Diese Sorte hat fantastische Bewertungen, und ich glaube, Sie werden begeistert sein.",
            "Sie gehört zu unseren Bestsellern!",
        ),
        calm=(
            "Gern beantworte ich alle Ihre Fragen zu unseren Produkten.",
            "Fragen Sie mich, was immer Sie möchten, und ich werde mein Bestes tun, um Ihnen zu helfen.",
        ),
        empathetic=(
            "Ich verstehe, was Sie gerade durchmachen.",
            "Lassen Sie uns gemeinsam etwas finden, das Ihnen hilft, sich besser zu fühlen.",
            "Bei uns sind Sie in guten Händen.",
        ),
    ),
    "es": Texts(
        _pace(218),
        neutral=(
            "¡Hola!",
            "Te damos la bienvenida a [Store Name].",
            "Me alegra poder ayudarte hoy a encontrar el producto perfecto.",
            "Dime qué estás buscando.",
        ),
        enthusiastic=(
            "¡Vaya, qué elección tan fantástica!",
            "Esta variedad tiene unas reseñas estupendas y creo que te va a encantar.",
            "¡Es una de las más vendidas!",
        ),
        calm=(
            "Con mucho gusto responderé a todas tus preguntas sobre nuestros productos.",
            "Pregúntame lo que quieras y haré todo lo posible por ayudarte.",
        ),
        empathetic=(
            "Entiendo por lo que estás pasando.",
            "Vamos a buscar algo que pueda ayudarte a sentirte mejor.",
            "Estás en buenas manos.",
        ),
    ),
    "fr": Texts(
        _pace(195),
        neutral=(
            "Bonjour !",
            "Bienvenue chez [Store Name].",
            "Je me réjouis de vous aider à trouver le produit idéal aujourd'hui.",
            "Dites-moi ce que vous cherchez.",
        ),
        enthusiastic=(
            "Oh là là, quel excellent choix !",
            "Cette variété a des avis fantastiques et je pense que vous allez vraiment l'adorer.",
            "C'est l'une de nos meilleures ventes !",
        ),
        calm=(
            "Je répondrai avec plaisir à toutes vos questions sur nos produits.",
            "N'hésitez pas à me demander ce que vous voulez, je ferai de mon mieux pour vous aider.",
        ),
        empathetic=(
            "Je comprends ce que vous traversez.",
            "Cherchons ensemble quelque chose qui puisse vous aider à aller mieux.",
            "Vous êtes entre de bonnes mains.",
        ),
    ),
    "it": Texts(
        _pace(188),
        neutral=(
            "Ciao!",
            "Ti diamo il benvenuto da [Store Name].",
            "Non vedo l'ora di aiutarti a trovare oggi il prodotto perfetto.",
            "Dimmi che cosa stai cercando.",
        ),
        enthusiastic=(
            "Wow, che scelta fantastica!",
            "Questa varietà ha recensioni eccellenti e credo proprio che ti piacerà moltissimo.",
            "È una delle più vendute!",
        ),
        calm=(
            "Risponderò volentieri a tutte le tue domande sui nostri prodotti.",
            "Chiedimi pure quello che vuoi e farò del mio meglio per aiutarti.",
        ),
        empathetic=(
            "Capisco che cosa stai passando.",
            "Cerchiamo insieme qualcosa che possa aiutarti a stare meglio.",
            "Sei in buone mani.",
        ),
    ),
    "nl": Texts(
        _pace(202),
        neutral=(
            "Hallo!",
            "Welkom bij [Store Name].",
            "Ik help je vandaag graag om het perfecte product te vinden.",
            "Laat me weten wat je zoekt.",
        ),
        enthusiastic=(
            "Wauw, wat een geweldige keuze!",
            "Deze soort heeft fantastische beoordelingen en ik denk dat je er echt van gaat genieten.",
            "Het is een van onze bestsellers!",
        ),
        calm=(
            "Ik beantwoord graag al je vragen over onze producten.",
            "Je mag me alles vragen en ik doe mijn best om je te helpen.",
        ),
        empathetic=(
            "Ik begrijp wat je doormaakt.",
            "Laten we samen iets zoeken waardoor je je beter kunt voelen.",
            "Je bent in goede handen.",
        ),
    ),
    "pl": Texts(
        _pace(166),
        neutral=(
            "Dzień dobry!",
            "Witamy w sklepie [Store Name].",
            "Chętnie pomogę znaleźć dziś idealny produkt.",
            "Proszę powiedzieć, czego Państwo szukają.",
        ),
        enthusiastic=(
            "Och, to wspaniały wybór!",
            "Ta odmiana ma fantastyczne opinie i myślę, że naprawdę się Państwu spodoba.",
            "To jeden z naszych bestsellerów!",
        ),
        calm=(
            "Z przyjemnością odpowiem na wszystkie pytania o nasze produkty.",
            "Proszę śmiało pytać, a zrobię wszystko, żeby pomóc.",
        ),
        empathetic=(
            "Rozumiem, przez co Państwo przechodzą.",
            "Poszukajmy razem czegoś, co pomoże Państwu poczuć się lepiej.",
            "Są Państwo w dobrych rękach.",
        ),
    ),
    "pt": Texts(
        _pace(181),
        neutral=(
            "Olá!",
            "Boas-vindas à loja [Store Name].",
            "Será um prazer ajudar a encontrar hoje o produto perfeito.",
            "Diga-me o que procura.",
        ),
        enthusiastic=(
            "Uau, que excelente escolha!",
            "Esta variedade tem avaliações fantásticas e acho que vai mesmo adorar.",
            "É uma das mais vendidas!",
        ),
        calm=(
            "Respondo com prazer a todas as suas perguntas sobre os nossos produtos.",
            "Pergunte o que quiser, e farei o meu melhor para ajudar.",
        ),
        empathetic=(
            "Compreendo o que sente.",
            "Vamos procurar algo que ajude a sentir-se melhor.",
            "Está em boas mãos.",
        ),
    ),
    "ru": Texts(
        _pace(184),
        neutral=(
            "Здравствуйте!",
            "Добро пожаловать в магазин «[Store Name]».",
            "С удовольствием помогу вам сегодня найти идеальный товар.",
            "Скажите, что вы ищете.",
        ),
        enthusiastic=(
            "О, какой замечательный выбор!",
            "У этого сорта прекрасные отзывы, и я думаю, что он вам очень понравится.",
            "Это один из наших хитов продаж!",
        ),
        calm=(
            "С удовольствием отвечу на любые вопросы о наших товарах.",
            "Спрашивайте о чём угодно, и я сделаю всё возможное, чтобы помочь.",
        ),
        empathetic=(
            "Я понимаю, что вы сейчас переживаете.",
            "Давайте вместе найдём то, что поможет вам почувствовать себя лучше.",
            "Вы в надёжных руках.",
        ),
    ),
    "zh-Hans": Texts(
        _pace(255),
        neutral=(
            "您好！",
            "欢迎光临[Store Name]。",
            "很高兴今天能帮您找到最合适的产品。",
            "请告诉我您想找什么。",
        ),
        enthusiastic=(
            "哇，您真会选！",
            "这个品种的评价非常好，我觉得您一定会喜欢的。",
            "它是我们最畅销的产品之一！",
        ),
        calm=(
            "关于我们的产品，有任何问题我都很乐意为您解答。",
            "请随时问我，我会尽力帮助您。",
        ),
        empathetic=(
            "我理解您现在的感受。",
            "让我们一起找到能让您感觉好一些的东西。",
            "请放心，我们会好好照顾您。",
        ),
        spaced=False,
    ),
    "ja": Texts(
        _pace(357),
        neutral=(
            "こんにちは！",
            "[Store Name]へようこそ。",
            "今日はお客様にぴったりの商品を見つけるお手伝いをさせていただきます。",
            "何をお探しか、お聞かせください。",
        ),
        enthusiastic=(
            "わあ、素晴らしい選択ですね！",
            "この品種は評判がとても良くて、きっと気に入っていただけると思います。",
            "当店の人気商品の一つなんですよ！",
        ),
        calm=(
            "商品についてのご質問には、喜んでお答えいたします。",
            "どんなことでもお気軽にお尋ねください。",
            "精一杯お手伝いいたします。",
        ),
        empathetic=(
            "お気持ち、よくわかります。",
            "少しでも楽になれるものを、一緒に探しましょう。",
            "どうぞ安心してお任せください。",
        ),
        spaced=False,
    ),
}
