"""Subjects of programs, one line a language: what the open part of the catalogue writes.

Longer than others: one table a notice, a line a language.
"""

from __future__ import annotations

from collections.abc import Mapping


def table(text: str) -> Mapping[str, str]:
    """Lines ``language text`` → language → text."""
    lines = (line.strip().partition(" ") for line in text.strip().split("\n"))
    return {language: subject for language, _, subject in lines}


CODE = table("""
en {code} is your verification code
de Ihr Bestätigungscode lautet {code}
fr Votre code de vérification : {code}
es Tu código de verificación es {code}
it Il tuo codice di verifica è {code}
pt Seu código de verificação é {code}
nl Je verificatiecode is {code}
pl Twój kod weryfikacyjny to {code}
ru Ваш код подтверждения: {code}
uk Ваш код підтвердження: {code}
cs Váš ověřovací kód je {code}
sv Din verifieringskod är {code}
da Din bekræftelseskode er {code}
fi Vahvistuskoodisi on {code}
tr Doğrulama kodunuz: {code}
ar رمز التحقق الخاص بك هو {code}
he קוד האימות שלך הוא {code}
ja 認証コード：{code}
zh 您的验证码是 {code}
ko 인증 코드: {code}
""")
SIGNUP = table("""
en Please confirm your email address
de Bitte bestätigen Sie Ihre E-Mail-Adresse
fr Confirmez votre adresse e-mail
es Confirma tu dirección de correo electrónico
it Conferma il tuo indirizzo email
pt Confirme seu endereço de e-mail
nl Bevestig je e-mailadres
pl Potwierdź swój adres e-mail
ru Подтвердите адрес электронной почты
uk Підтвердьте свою електронну адресу
cs Potvrďte svou e-mailovou adresu
sv Bekräfta din e-postadress
da Bekræft din e-mailadresse
fi Vahvista sähköpostiosoitteesi
tr E-posta adresinizi doğrulayın
ar يرجى تأكيد عنوان بريدك الإلكتروني
he אשר את כתובת הדוא"ל שלך
ja メールアドレスの確認
zh 请验证您的电子邮件地址
ko 이메일 주소를 확인해 주세요
""")
WELCOME = table("""
en Welcome to {shop}!
de Willkommen bei {shop}
fr Bienvenue chez {shop}
es Te damos la bienvenida a {shop}
it Benvenuto in {shop}
pt Bem-vindo à {shop}
nl Welkom bij {shop}
pl Witamy w {shop}
ru Добро пожаловать в {shop}
uk Ласкаво просимо до {shop}
cs Vítejte v {shop}
sv Välkommen till {shop}
da Velkommen til {shop}
fi Tervetuloa {shop}
tr {shop} ailesine hoş geldiniz
ja {shop}へようこそ
zh 欢迎加入{shop}
""")
RESET = table("""
en Reset your password
de Passwort zurücksetzen
fr Réinitialisation de votre mot de passe
es Restablece tu contraseña
it Reimposta la tua password
pt Redefinição de senha
nl Je wachtwoord opnieuw instellen
pl Resetowanie hasła
ru Восстановление пароля
uk Скидання пароля
cs Obnovení hesla
sv Återställ ditt lösenord
da Nulstil din adgangskode
fi Salasanan palautus
tr Şifre sıfırlama talebi
ar إعادة تعيين كلمة المرور
he איפוס סיסמה
ja パスワードの再設定
zh 重置您的密码
ko 비밀번호 재설정
""")
LOGIN = table("""
en New sign-in to your account
de Neue Anmeldung bei Ihrem Konto
fr Nouvelle connexion à votre compte
es Nuevo inicio de sesión en tu cuenta
it Nuovo accesso al tuo account
pt Novo login na sua conta
nl Nieuwe aanmelding bij je account
pl Nowe logowanie na Twoje konto
ru Новый вход в ваш аккаунт
cs Nové přihlášení k vašemu účtu
sv Ny inloggning på ditt konto
tr Hesabınıza yeni giriş
ja アカウントへの新しいログイン
zh 您的账户有新的登录
""")
ORDER = table("""
en Your order {no} has been received
de Ihre Bestellung {no} ist bei uns eingegangen
fr Confirmation de votre commande n° {no}
es Confirmación de tu pedido {no}
it Conferma del tuo ordine {no}
pt Confirmação do pedido {no}
nl Bevestiging van je bestelling {no}
pl Potwierdzenie zamówienia nr {no}
ru Ваш заказ № {no} принят
uk Ваше замовлення № {no} прийнято
cs Potvrzení objednávky č. {no}
sv Orderbekräftelse {no}
da Ordrebekræftelse {no}
fi Tilausvahvistus {no}
tr Siparişiniz alındı: {no}
ar تأكيد الطلب رقم {no}
he אישור הזמנה מספר {no}
ja ご注文ありがとうございます（注文番号 {no}）
zh 订单确认 {no}
ko 주문이 접수되었습니다 ({no})
""")
RECEIPT = table("""
en Your receipt from {shop} #{no}
de Ihre Quittung von {shop} Nr. {no}
fr Votre reçu {shop} n° {no}
es Tu recibo de {shop} n.º {no}
it La tua ricevuta di {shop} n. {no}
pt Seu recibo de {shop} nº {no}
nl Je betaalbewijs van {shop} nr. {no}
pl Potwierdzenie płatności {shop} nr {no}
ru Чек № {no} от {shop}
cs Účtenka od {shop} č. {no}
sv Ditt kvitto från {shop} nr {no}
da Din kvittering fra {shop} nr. {no}
fi Kuittisi: {shop} nro {no}
tr {shop} makbuzunuz #{no}
ja {shop}の領収書 #{no}
zh 您的收据 #{no}
ko {shop} 영수증 #{no}
""")
INVOICE = table("""
en Invoice {no} is available
de Ihre Rechnung {no}
fr Votre facture {no} est disponible
es Factura {no} disponible
it Fattura n. {no} disponibile
pt A sua fatura {no} está disponível
nl Uw factuur {no}
pl Faktura nr {no}
ru Счёт № {no}
uk Рахунок № {no}
cs Faktura č. {no}
sv Faktura {no}
da Faktura nr. {no}
fi Lasku {no}
tr {no} numaralı faturanız
ja ご請求書 {no} のお知らせ
zh 发票 {no}
""")
SHIPPED = table("""
en Your parcel {no} has shipped
de Ihr Paket {no} ist unterwegs
fr Votre colis {no} a été expédié
es Tu paquete {no} está en camino
it Il tuo pacco {no} è stato spedito
pt Sua encomenda {no} foi enviada
nl Je pakket {no} is onderweg
pl Twoja przesyłka {no} została wysłana
ru Ваша посылка {no} отправлена
uk Ваше відправлення {no} в дорозі
cs Vaše zásilka {no} byla odeslána
sv Ditt paket {no} är på väg
da Din pakke {no} er afsendt
fi Pakettisi {no} on matkalla
tr {no} numaralı kargonuz yola çıktı
ar تم شحن طلبك {no}
he החבילה שלך {no} נשלחה
ja お荷物 {no} を発送しました
zh 您的包裹 {no} 已发货
ko 상품이 발송되었습니다 ({no})
""")
TICKET = table("""
en [Ticket#{no}] We received your request
de [Ticket#{no}] Ihre Anfrage ist bei uns eingegangen
fr [Ticket#{no}] Nous avons bien reçu votre demande
es [Ticket#{no}] Hemos recibido su solicitud
it [Ticket#{no}] Abbiamo ricevuto la tua richiesta
pt [Ticket#{no}] Recebemos a sua solicitação
nl [Ticket#{no}] Wij hebben uw verzoek ontvangen
pl [Ticket#{no}] Otrzymaliśmy Twoje zgłoszenie
ru [Ticket#{no}] Ваш запрос получен
cs [Ticket#{no}] Přijali jsme váš požadavek
sv [Ticket#{no}] Vi har tagit emot ditt ärende
da [Ticket#{no}] Vi har modtaget din henvendelse
fi [Ticket#{no}] Olemme vastaanottaneet pyyntösi
tr [Ticket#{no}] Talebiniz alındı
ja [Ticket#{no}] お問い合わせを受け付けました
zh [Ticket#{no}] 我们已收到您的请求
""")
AUTOMATIC = table("""
en Automatic reply: {topic}
de Automatische Antwort: {topic}
fr Réponse automatique : {topic}
es Respuesta automática: {topic}
it Risposta automatica: {topic}
pt Resposta automática: {topic}
nl Automatisch antwoord: {topic}
pl Autoodpowiedź: {topic}
ru Автоматический ответ: {topic}
uk Автоматична відповідь: {topic}
cs Automatická odpověď: {topic}
sv Autosvar: {topic}
da Automatisk svar: {topic}
fi Automaattinen vastaus: {topic}
tr Otomatik yanıt: {topic}
ar رد تلقائي: {topic}
he תשובה אוטומטית: {topic}
ja 自動応答: {topic}
zh 自动答复: {topic}
ko 자동 회신: {topic}
""")
AWAY = table("""
en Out of office: back on Monday
de Abwesenheitsnotiz: zurück am Montag
fr Absent du bureau jusqu'au lundi
es Fuera de la oficina hasta el lunes
it Fuori sede fino a lunedì
pt Fora do escritório até segunda-feira
nl Afwezig tot maandag
pl Nieobecność w biurze do poniedziałku
ru Меня нет в офисе до понедельника
uk Мене немає в офісі до понеділка
cs Mimo kancelář do pondělí
sv Frånvarande till måndag
da Ikke til stede før mandag
fi Poissa toimistosta maanantaihin asti
tr Pazartesiye kadar ofis dışındayım
ar خارج المكتب حتى يوم الاثنين
he מחוץ למשרד עד יום שני
ja 不在のお知らせ
zh 外出通知
ko 부재중 알림
""")
READ = table("""
en Read: {topic}
de Gelesen: {topic}
fr Lu : {topic}
es Leído: {topic}
it Letto: {topic}
pt Lida: {topic}
nl Gelezen: {topic}
pl Przeczytano: {topic}
ru Прочтено: {topic}
cs Přečteno: {topic}
sv Läst: {topic}
da Læst: {topic}
ja 開封済み: {topic}
zh 已读: {topic}
""")
FAILED = table("""
en Undeliverable: {topic}
de Unzustellbar: {topic}
fr Non remis : {topic}
es No se puede entregar: {topic}
it Non recapitabile: {topic}
pt Não entregue: {topic}
nl Onbestelbaar: {topic}
pl Nie można dostarczyć: {topic}
ru Не доставлено: {topic}
sv Kunde inte levereras: {topic}
ja 配信不能: {topic}
zh 未送达: {topic}
""")
NEWSLETTER = table("""
en The November newsletter of {shop}
de Newsletter November von {shop}
fr La lettre d'information de {shop}
es Boletín de noviembre de {shop}
it La newsletter di novembre di {shop}
pt Boletim informativo de {shop}
nl Nieuwsbrief november van {shop}
pl Newsletter {shop} na listopad
ru Новости {shop} за ноябрь
sv Novemberbrev från {shop}
ja {shop} 11月のお知らせ
zh {shop}十一月通讯
""")
ACCEPTED = table("""
en Accepted: {topic}
de Zugesagt: {topic}
fr Accepté : {topic}
es Aceptada: {topic}
it Accettato: {topic}
pt Aceito: {topic}
nl Geaccepteerd: {topic}
pl Zaakceptowano: {topic}
ru Принято: {topic}
sv Accepterad: {topic}
ja 承諾: {topic}
zh 已接受: {topic}
""")
FORM = table("""
en Copy of your message to {shop}
de Kopie Ihrer Nachricht an {shop}
fr Copie de votre message à {shop}
es Copia de su mensaje a {shop}
it Copia del tuo messaggio a {shop}
pt Cópia da sua mensagem para {shop}
nl Kopie van uw bericht aan {shop}
pl Kopia Twojej wiadomości do {shop}
ru Копия вашего сообщения для {shop}
sv Kopia av ditt meddelande till {shop}
ja {shop}へのお問い合わせ内容の控え
""")
SIGN = table("""
en {shop} sent you a document to review and sign
de {shop} hat Ihnen ein Dokument zur Unterschrift gesendet
fr {shop} vous a envoyé un document à signer
es {shop} le envió un documento para firmar
it {shop} ti ha inviato un documento da firmare
pt {shop} enviou um documento para assinar
nl {shop} heeft u een document gestuurd om te ondertekenen
pl {shop} przesyła dokument do podpisu
ja {shop}から署名依頼の文書が届いています
""")
SHARED = table("""
en {shop} shared "Plan.xlsx" with you
de {shop} hat „Plan.xlsx“ für Sie freigegeben
fr {shop} a partagé « Plan.xlsx » avec vous
es {shop} ha compartido "Plan.xlsx" contigo
it {shop} ha condiviso "Plan.xlsx" con te
pt {shop} compartilhou "Plan.xlsx" com você
nl {shop} heeft 'Plan.xlsx' met je gedeeld
pl {shop} udostępnia Ci plik „Plan.xlsx”
ja {shop} さんが "Plan.xlsx" を共有しました
""")
