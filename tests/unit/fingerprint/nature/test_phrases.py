"""Out-of-office answers, confirmations, codes, receipts and delivery notices in twenty languages, a case a cell.

Longer than others: a Subject for each cell of the table.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.nature.languages import LANGUAGES
from catcher.fingerprint.nature.phrases import PhraseKind, fold_case, is_answer, is_passed_on, phrases_in
from tests.support.work import lines_run

KINDS = tuple(PhraseKind)
SUBJECTS = {
    "en": (
        "Automatic reply: plans for Tuesday",
        "Please confirm your new email address",
        "123456 is your code",
        "We received your request (#4411)",
        'Ada shared "Plan.xlsx" with you',
        "Delivery delayed: plans",
        "Undeliverable: plans",
        "Successful Mail Delivery Report",
    ),
    "de": (
        "Automatische Antwort: Pläne",
        "Bestätigen Sie Ihre Anmeldung",
        "Ihr Sicherheitscode lautet 123456",
        "Vielen Dank für Ihre Bestellung",
        "Ada hat „Plan.xlsx“ für Sie freigegeben",
        "Zustellung verzögert: Pläne",
        "Unzustellbar: Pläne",
        "Zugestellt: Pläne",
    ),
    "fr": (
        "Réponse automatique : projet",
        "Confirmez votre adresse e-mail",
        "Votre code de vérification",
        "Merci pour votre commande",
        "Ada a partagé « Plan.xlsx » avec vous",
        "Remise retardée : projet",
        "Échec de la remise : projet",
        "Remis : projet",
    ),
    "es": (
        "Respuesta automática: plan",
        "Confirma tu correo electrónico",
        "Tu código de verificación es 123456",
        "Gracias por su compra",
        'Ada ha compartido "Plan.xlsx" contigo',
        "Entrega retrasada: plan",
        "No se puede entregar: plan",
        "Entregado: plan",
    ),
    "it": (
        "Risposta automatica: piano",
        "Conferma il tuo indirizzo e-mail",
        "Il tuo codice di verifica",
        "Conferma d'ordine 4411",
        'Ada ha condiviso "Plan.xlsx" con te',
        "Consegna ritardata: piano",
        "Impossibile recapitare: piano",
        "Recapitato: piano",
    ),
    "pt": (
        "Resposta automática: plano",
        "Confirme o seu endereço de e-mail",
        "Seu código de verificação",
        "Recebemos a sua mensagem",
        'Ada compartilhou "Plan.xlsx" com você',
        "Entrega atrasada: plano",
        "Não é possível entregar: plano",
        "Entregue: plano",
    ),
    "nl": (
        "Automatisch antwoord: plan",
        "Bevestig je e-mailadres",
        "Uw verificatiecode is 123456",
        "Bedankt voor uw bestelling",
        "Ada heeft 'Plan.xlsx' met je gedeeld",
        "Bezorging vertraagd: plan",
        "Onbestelbaar: plan",
        "Afgeleverd: plan",
    ),
    "pl": (
        "Automatyczna odpowiedź: plan",
        "Potwierdź swój adres e-mail",
        "Twój kod weryfikacyjny: 123456",
        "Potwierdzenie zamówienia nr 4411",
        "Ada udostępnia Ci plik „Plan.xlsx”",
        "Opóźnione dostarczenie: plan",
        "Niedostarczone: plan",
        "Dostarczono: plan",
    ),
    "ru": (
        "Автоматический ответ: план",
        "Подтвердите адрес электронной почты",
        "Ваш код подтверждения: 123456",
        "Ваш заказ принят",
        "Ада поделилась файлом «План.xlsx» с вами",
        "Доставка отложена: план",
        "Не доставлено: план",
        "Доставлено: план",
    ),
    "uk": (
        "Автоматична відповідь: план",
        "Підтвердьте свою електронну адресу",
        "Ваш код підтвердження: 123456",
        "Дякуємо за замовлення",
        "Ада надає вам доступ до файлу",
        "Доставку відкладено: план",
        "Не вдалося доставити: план",
        "Доставлено: план",
    ),
    "cs": (
        "Automatická odpověď: plán",
        "Potvrďte svou e-mailovou adresu",
        "Váš ověřovací kód: 123456",
        "Potvrzení objednávky č. 4411",
        "Ada s vámi sdílí soubor Plan.xlsx",
        "Doručení zpožděno: plán",
        "Nedoručitelné: plán",
        "Doručeno: plán",
    ),
    "sv": (
        "Automatiskt svar: plan",
        "Bekräfta din e-postadress",
        "Din verifieringskod är 123456",
        "Tack för din beställning",
        "Ada har delat Plan.xlsx med dig",
        "Leverans fördröjd: plan",
        "Kunde inte levereras: plan",
        "Levererat: plan",
    ),
    "da": (
        "Automatisk svar: plan",
        "Bekræft din e-mailadresse",
        "Din bekræftelseskode er 123456",
        "Tak for din ordre",
        "Ada har delt Plan.xlsx med dig",
        "Levering forsinket: plan",
        "Kunne ikke leveres: plan",
        "Leveret: plan",
    ),
    "fi": (
        "Automaattinen vastaus: suunnitelma",
        "Vahvista sähköpostiosoitteesi",
        "Vahvistuskoodisi on 123456",
        "Kiitos tilauksestasi",
        "Ada jakoi tiedoston kanssasi",
        "Toimitus viivästynyt: suunnitelma",
        "Toimitus epäonnistui: suunnitelma",
        "Toimitettu: suunnitelma",
    ),
    "tr": (
        "Otomatik Yanıt: plan",
        "E-posta adresinizi doğrulayın",
        "Doğrulama kodunuz: 123456",
        "Siparişiniz alındı",
        "Ada, Plan.xlsx dosyasını sizinle paylaştı",
        "Teslimat gecikti: plan",
        "Teslim edilemedi: plan",
        "Teslim edildi: plan",
    ),
    "ar": (
        "رد تلقائي: الخطة",
        "يرجى تأكيد عنوان بريدك الإلكتروني",
        "رمز التحقق الخاص بك",
        "شكرا لطلبك",
        "شارك عادل ملفًا معك",
        "تأخر التسليم: الخطة",
        "تعذر التسليم: الخطة",
        "تم التسليم: الخطة",
    ),
    "he": (
        "תשובה אוטומטית: תוכנית",
        "אמת את כתובת הדואר שלך",
        "קוד האימות שלך: 123456",
        "תודה על ההזמנה",
        "עדה שיתפה איתך קובץ",
        "המסירה מתעכבת: תוכנית",
        "לא ניתן למסור: תוכנית",
        "נמסר: תוכנית",
    ),
    "ja": (
        "自動応答: 計画",
        "メールアドレスの確認",
        "認証コードのお知らせ",
        "ご注文ありがとうございます",
        'Ada さんが "Plan.xlsx" を共有しました',
        "配信遅延: 計画",
        "配信不能: 計画",
        "配信済み: 計画",
    ),
    "zh": (
        "自动答复: 计划",
        "请验证您的电子邮件地址",
        "您的验证码是 123456",
        "感谢您的购买",
        "Ada 与你共享了 Plan.xlsx",
        "延迟: 计划",
        "无法送达: 计划",
        "已送达: 计划",
    ),
    "ko": (
        "자동 회신: 계획",
        "이메일 주소를 확인해 주세요",
        "인증 코드 123456",
        "주문이 접수되었습니다",
        "Ada님이 Plan.xlsx을(를) 공유했습니다",
        "배달 지연: 계획",
        "배달되지 않음: 계획",
        "배달됨: 계획",
    ),
}
"""Language → a Subject for each kind, in the order of PhraseKind."""


def kinds(subject: str) -> list[PhraseKind]:
    return [each.kind for each in phrases_in(fold_case(subject))]


def test_there_are_twenty_languages_with_every_cell_filled() -> None:
    assert [language.code for language in LANGUAGES] == list(SUBJECTS)
    assert all(getattr(language, kind) for language in LANGUAGES for kind in PhraseKind)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [(kind, subject) for row in SUBJECTS.values() for kind, subject in zip(KINDS, row, strict=True)],
)
def test_each_cell_knows_what_programs_write(kind: PhraseKind, subject: str) -> None:
    assert kind in kinds(subject)
    assert kind in kinds(f"[EXTERNAL] {subject.upper()}")


@pytest.mark.parametrize(
    ("kind", "subject"), [(kind, row[number]) for row in SUBJECTS.values() for number, kind in enumerate(KINDS[5:], 5)]
)
def test_a_delay_and_a_success_are_said_before_a_failure_is(kind: PhraseKind, subject: str) -> None:
    notices = [each for each in kinds(subject) if each in KINDS[5:]]
    assert (notices[0] is PhraseKind.FAILURE) == (kind is PhraseKind.FAILURE)


@pytest.mark.parametrize(
    "subject",
    [
        "plan",
        "Auto insurance of the unit",
        "Read the attached report",
        "Absence of Sgt. Doe on Tuesday",
        "Your code review of Monday",
        "Order 66 and the number of lorries",
        "Re: URGENT: your travel orders - please confirm",
        "Meeting on Tuesday",
        "Daily report 12 May",
        "A copy of your orders",
        "Urlaub im August",
        "Tickets to Bamako",
        "Reset of the radio",
        "The quarters shared by two units",
        "Shared costs of the mission",
        "Sgt. Doe requested access to the depot",
        "Access code for the north gate",
        "Lu et approuvé",
        "Ferias de agosto",
        "план на вторник",
        "计划",
        "計画について",
        "회의 일정",
        "חופשה",
        "",
    ],
)
def test_people_s_subjects_hold_none_of_the_five(subject: str) -> None:
    assert not set(kinds(subject)) & set(KINDS[:5])


@pytest.mark.parametrize(
    "subject",
    [
        "Auto: plans for Tuesday",
        "AUTO: Ada Lane is out of the office (returning 30.11.2026)",
        "Ada Lane is out of the office.",
        "Re: [List] Ada Lane/Dublin/IE is out of the office",
        "Out of Office Re: plans",
        "Reponse automatique : sans accents",
        "Re\u0301ponse automatique",
        "Auto\u200bmatic reply: plan",
        "Return Receipt for: plan",
    ],
)
def test_the_shapes_of_answers_to_anybody(subject: str) -> None:
    assert PhraseKind.AWAY in kinds(subject)


@pytest.mark.parametrize("prefix", ["Re", "AW", "SV", "Antw", "Odp", "R", "RIF", "Vá", "回复", "Ответ", "YNT", "השב"])
def test_prefixes_of_answers(prefix: str) -> None:
    assert is_answer(fold_case(f"{prefix}: plan"))
    assert is_passed_on(fold_case(f"[x] {prefix}: plan"))
    assert not is_answer(fold_case(f"{prefix} plan"))


@pytest.mark.parametrize("prefix", ["Fwd", "FW", "WG", "转发"])
def test_prefixes_of_forwarded_mail(prefix: str) -> None:
    assert is_passed_on(fold_case(f"{prefix}: plan"))
    assert not is_answer(fold_case(f"{prefix}: plan"))


@given(st.text(max_size=80))
def test_any_text_gives_places_inside_it(text: str) -> None:
    folded = fold_case(text)
    for each in phrases_in(folded):
        assert 0 <= each.start < each.end <= len(folded)


PIECES = ["confirm ", "re: ", "[", "[a] ", "your ", "a", "確認…", "delivery status ", "(", "İ"]


def repeated(piece: str, length: int) -> str:
    return piece * (length // len(piece))


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_subjects_take_work_in_proportion(piece: str) -> None:
    """Eight times the text, at most some eight times the lines run through; what is quadratic takes sixty-four."""
    phrases_in("made once")
    short, long = (repeated(piece, length) for length in (2_000, 16_000))
    assert lines_run(lambda: phrases_in(fold_case(long))) < 9 * lines_run(lambda: phrases_in(fold_case(short)))


@pytest.mark.parametrize("piece", ["re: ", "[", "[a] ", "a", "確認…", "("])
def test_hostile_subjects_end(piece: str) -> None:
    """A million characters: where a regular expression's work is quadratic, the test's time limit ends it."""
    folded = fold_case(repeated(piece, 1_000_000))
    assert is_answer(folded) == (piece == "re: ")
    assert all(each.end <= len(folded) for each in phrases_in(folded))
