"""Subjects of the sealed programs, in other words than the open ones; written without sight of the product's rules."""

from __future__ import annotations

from tests.persons.programs.words import table

SIGNIN = table("""
en Security alert: we noticed a login from a new device
de Sicherheitshinweis: Anmeldung von einem neuen Gerät
fr Alerte de sécurité : connexion depuis un nouvel appareil
es Alerta de seguridad: acceso desde un dispositivo nuevo
it Avviso di sicurezza: accesso da un nuovo dispositivo
pt Alerta de segurança: acesso em um novo dispositivo
nl Beveiligingsmelding: aanmelding vanaf een nieuw apparaat
pl Alert bezpieczeństwa: logowanie z nowego urządzenia
ru Оповещение системы безопасности: вход с нового устройства
uk Сповіщення системи безпеки: вхід із нового пристрою
cs Upozornění zabezpečení: přihlášení z nového zařízení
sv Säkerhetsvarning: inloggning från en ny enhet
da Sikkerhedsadvarsel: login fra en ny enhed
fi Tietoturvailmoitus: kirjautuminen uudelta laitteelta
tr Güvenlik uyarısı: yeni bir cihazdan giriş yapıldı
ar تنبيه أمان: تسجيل دخول من جهاز جديد
he התראת אבטחה: כניסה ממכשיר חדש
ja セキュリティ通知：新しい端末からのログイン
zh 安全提醒：检测到新设备登录
ko 보안 알림: 새로운 기기에서 로그인
""")
CHANGED = table("""
en Activate your {shop} account
de Aktivieren Sie Ihr Konto bei {shop}
fr Activez votre compte {shop}
es Activa tu cuenta de {shop}
it Attiva il tuo account {shop}
pt Ative sua conta {shop}
nl Activeer je account bij {shop}
pl Aktywuj swoje konto w {shop}
ru Активируйте учётную запись {shop}
cs Aktivujte si účet {shop}
sv Aktivera ditt konto hos {shop}
tr {shop} hesabınızı etkinleştirin
ja {shop}アカウントを有効にしてください
zh 激活您的{shop}账户
ko {shop} 계정을 활성화하세요
""")
BOOKING = table("""
en Booking confirmation {no}
de Buchungsbestätigung {no}
fr Confirmation de réservation {no}
es Confirmación de reserva {no}
it Conferma di prenotazione {no}
pt Confirmação de reserva {no}
nl Boekingsbevestiging {no}
pl Potwierdzenie rezerwacji {no}
ru Подтверждение бронирования {no}
uk Підтвердження бронювання {no}
cs Potvrzení rezervace {no}
sv Bokningsbekräftelse {no}
da Bookingbekræftelse {no}
fi Varausvahvistus {no}
tr Rezervasyon onayı {no}
ar تأكيد الحجز {no}
he אישור הזמנה {no}
ja ご予約の確認 {no}
zh 预订确认 {no}
ko 예약 확인 {no}
""")
BILL = table("""
en Your electricity bill for November is ready
de Ihre Stromrechnung für November liegt bereit
fr Votre facture d'électricité de novembre est disponible
es Tu factura de la luz de noviembre ya está disponible
it La bolletta della luce di novembre è pronta
pt A sua fatura de eletricidade de novembro já está disponível
nl Je energierekening van november staat klaar
pl Rachunek za prąd za listopad jest gotowy
sv Din elräkning för november finns nu
ja 11月分の電気料金のお知らせ
""")
APPOINTMENT = table("""
en Appointment reminder: 24 November, 9:30
de Terminerinnerung: 24. November, 9:30 Uhr
fr Rappel de rendez-vous : 24 novembre à 9 h 30
es Recordatorio de cita: 24 de noviembre, 9:30
it Promemoria appuntamento: 24 novembre, ore 9:30
pt Lembrete de consulta: 24 de novembro, 9h30
nl Herinnering afspraak: 24 november, 9.30 uur
pl Przypomnienie o wizycie: 24 listopada, 9:30
ru Напоминание о записи: 24 ноября, 9:30
sv Påminnelse om besök: 24 november kl. 9.30
da Påmindelse om aftale: 24. november kl. 9.30
fi Muistutus ajanvarauksesta: 24.11. klo 9.30
ja 予約リマインダー：11月24日 9:30
zh 预约提醒：11月24日 9:30
""")
REQUEST = table("""
en Re: {topic} [#{no}]
de Re: {topic} [#{no}]
fr Re: {topic} [#{no}]
es Re: {topic} [#{no}]
ja Re: {topic} [#{no}]
""")
REGISTERED = table("""
en Ticket received - {topic}
de Ticket erhalten - {topic}
fr Ticket reçu - {topic}
es Ticket recibido - {topic}
it Ticket ricevuto - {topic}
pt Tíquete recebido - {topic}
nl Ticket ontvangen - {topic}
pl Zgłoszenie przyjęte - {topic}
ru Обращение зарегистрировано - {topic}
sv Ärende mottaget - {topic}
ja チケットを受け付けました - {topic}
""")
HOLIDAY = table("""
en I am on vacation until 30 November Re: {topic}
de Urlaub bis 30. November Re: {topic}
fr En congé jusqu'au 30 novembre Re: {topic}
es De vacaciones hasta el 30 de noviembre Re: {topic}
it In ferie fino al 30 novembre Re: {topic}
pt De férias até 30 de novembro Re: {topic}
nl Met vakantie tot 30 november Re: {topic}
pl Na urlopie do 30 listopada Re: {topic}
ru В отпуске до 30 ноября Re: {topic}
uk У відпустці до 30 листопада Re: {topic}
cs Dovolená do 30. listopadu Re: {topic}
sv Semester till 30 november Re: {topic}
da På ferie til 30. november Re: {topic}
fi Lomalla 30.11. asti Re: {topic}
tr 30 Kasım'a kadar izindeyim Re: {topic}
ar في إجازة حتى 30 نوفمبر Re: {topic}
he בחופשה עד 30 בנובמבר Re: {topic}
ja 休暇中です（11月30日まで） Re: {topic}
zh 休假至11月30日 Re: {topic}
ko 11월 30일까지 휴가입니다 Re: {topic}
""")
ABSENT = table("""
en Absence notice
de Abwesend
fr Absence du bureau
es Ausente
it Assenza dall'ufficio
pt Ausência temporária
nl Afwezigheidsbericht
pl Jestem poza biurem
ru Автоответ: отсутствую на рабочем месте
sv Jag är inte på kontoret
ja 【自動返信】不在にしております
zh 自动回复：我正在休假
""")
THANKS = table("""
en Thank you for contacting {shop}
de Vielen Dank für Ihre Nachricht an {shop}
fr Merci d'avoir contacté {shop}
es Gracias por contactar con {shop}
it Grazie per aver contattato {shop}
pt Obrigado por entrar em contato com {shop}
nl Bedankt voor uw bericht aan {shop}
pl Dziękujemy za kontakt z {shop}
ru Спасибо за обращение в {shop}
sv Tack för att du kontaktar {shop}
ja {shop}にお問い合わせいただきありがとうございます
""")
RETURNED = table("""
en Return Receipt (displayed) - {topic}
de Lesebestätigung (angezeigt) - {topic}
fr Accusé de réception (affiché) - {topic}
es Acuse de recibo (mostrado) - {topic}
it Ricevuta di ritorno (visualizzato) - {topic}
""")
DECLINED = table("""
en Declined: {topic} @ Thu 26 Nov 2026 2pm - 3pm (CET)
de Abgelehnt: {topic} @ Do. 26. Nov. 2026 14:00 - 15:00 (MEZ)
fr Refusé : {topic} @ jeu. 26 nov. 2026 14:00 - 15:00 (CET)
es Rechazada: {topic} - jue 26 nov 2026 14:00 - 15:00 (CET)
""")
FAX = table("""
en Fax received from +1 202 555 0147 (3 pages)
de Fax empfangen von +49 30 5550147 (3 Seiten)
fr Fax reçu de +33 1 99 00 01 47 (3 pages)
es Fax recibido de +34 900 555 147 (3 páginas)
""")
WEBFORM = table("""
en Form submission from: Contact
de Formularübermittlung von: Kontakt
fr Soumission de formulaire : Contact
es Envío de formulario desde: Contacto
nl Formulierinzending van: Contact
""")
SIGNATURE = table("""
en Signature requested on "Agreement 2026"
de Unterschrift angefordert für „Vertrag 2026“
fr Signature demandée pour « Contrat 2026 »
es Se solicita su firma en "Contrato 2026"
ja 「契約書2026」への署名が依頼されました
""")
COURSE = table("""
en Safety at work: new forum post
de Arbeitssicherheit: neuer Forenbeitrag
fr Sécurité au travail : nouveau message du forum
es Seguridad laboral: nuevo mensaje en el foro
""")
INVITED = table("""
en You have been invited to a workspace
de Sie wurden in einen Arbeitsbereich eingeladen
fr Vous êtes invité à rejoindre un espace de travail
es Has recibido una invitación a un espacio de trabajo
it Hai ricevuto un invito a un'area di lavoro
ja ワークスペースに招待されました
""")
REPORT = table("""
en Daily sales report 2026-11-20
de Täglicher Umsatzbericht 20.11.2026
fr Rapport quotidien des ventes du 20/11/2026
es Informe diario de ventas 20/11/2026
ja 売上日報 2026-11-20
""")
