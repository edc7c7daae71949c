"""What programs write into Subjects in twenty languages: one row a language.

Longer than others: one table, one row a language.

Phrases are separated by ``|``. A phrase is read word by word: ``word*`` stands for any ending, ``…`` for up to four
other words, ``#`` for a number of 4 to 8 digits, ``word:`` for the word with a colon behind it; ``^`` binds the phrase
to the Subject's beginning, behind tags in brackets and prefixes of answers. Letters are compared in lower case and
without accents, so the table needs no variants for them. In Japanese, Chinese and Korean a phrase is looked for at any
place, and ``…`` stands for up to twelve characters, ``……`` for up to 24.

Sources: the words that these programs are known to write. ``Auto:`` is of RFC 3834 §3.1.5. The phrases weren't taken
from the programs' language files one by one, and mails of most were not read: out-of-office answers of Exchange,
Domino, Gmail and Sieve (RFC 5230 §4.6); delivery notices of Exchange, Postfix, Exim, Sendmail, Domino and Gmail;
confirmations and receipts of shops, forums and ticket systems; notices of SharePoint and OneDrive ("… shared … with
you" was seen in public repositories, in English).
"""

from __future__ import annotations

from catcher.model.value import value


@value
class LanguagePhrases:
    """The phrases of a language; a cell is '' where none is known."""

    code: str
    """ISO 639-1."""
    away: str
    """Out-of-office answers and confirmations of reading."""
    confirmation: str
    """Requests to confirm an address, an account or a subscription, and welcomes; a sign-up bomb consists of them."""
    one_time_code: str
    receipt: str
    """Receipts of orders, payments, requests and tickets."""
    delay: str
    failure: str
    success: str
    """Delivered or relayed."""
    notice: str
    """A service tells in somebody's name that he shared a file, commented on it, or gave a task."""


LANGUAGES: tuple[LanguagePhrases, ...] = (
    LanguagePhrases(
        "en",
        "^auto reply|^autoreply|^automatic reply|^auto response|^autoresponse|^automated reply"
        "|^automated response|^automatic response|^auto:|^automated message|^out of office|^out of the office"
        "|^ooo|is … out of office|is … out of the office|am … out of office|am … out of the office"
        "|will be out of … office|is away from … office|is on leave until|is on vacation until|is currently away"
        "|i am away|i am currently away|^away from|^away until|^vacation reply|^vacation notice|^vacation message"
        "|^on vacation until|^on leave until|^absence:|^return receipt|^read:|^displayed:|^read receipt"
        "|no longer … with the company|has left the company|no longer works|this mailbox is … monitored"
        "|message received … automatic",
        "confirm … email*|confirm … e mail*|confirm your … address*|confirm … account*|confirm … subscription*"
        "|confirm … registration|confirm … sign up|confirm … signup|confirm … identity|confirm … sign in"
        "|confirm it s you|verify … email*|verify … e mail*|verify your … address*|verify … account*|verify … identity"
        "|verify … device|activate … account*|activate … email*|activate … subscription*|validate … email*"
        "|validate … account*|email confirmation|email verification|email activation|e mail confirmation"
        "|e mail verification|account confirmation|account verification|account activation|address confirmation"
        "|address verification|subscription confirmation|subscription confirmed|registration confirm*"
        "|complete … registration|complete … sign up|complete … signup|finish … signing up|finish … registration"
        "|^welcome to|^welcome aboard|thanks for signing up|thanks for registering|thanks for subscribing"
        "|thanks for joining|thank you for signing up|thank you for registering|thank you for subscribing"
        "|thank you for joining|password reset|reset … password|reset your passw*|forgot … password"
        "|password recovery|recover … account|set … new password|set … your password|your password … changed"
        "|password … been changed|your account … created|your account … activated|your account … ready"
        "|account … has been created|new account … created|your new account|new sign in|new login"
        "|new device … sign*|sign in attempt|signin attempt|login attempt|login link|sign in link|magic link"
        "|log in to|your login details|security alert|you … been invited to|invited you to join",
        "verification code*|verify code|security code*|login code*|log in code*|sign in code*|signin code*"
        "|your access code*|confirmation code*|authentication code*|activation code*|one time code*"
        "|one time password*|one time pass*|one time pin|onetime code*|single use code*|your passcode*|your otp*"
        "|mfa code*|is your code|is your … code|is your … otp|is your … pin|is your … password|your code is"
        "|your code # |your … code is|your code:|your pin is|code #|# is your|pin #|your temporary password"
        "|temporary code|otp #|otp is|# is your|code for login|code to log in|code to sign in",
        "your receipt|^receipt for|^receipt from|payment receipt|e receipt|order confirm*|order received"
        "|order … received|your order … received|your order … confirmed|your order … shipped|your order # "
        "|we … received your|we have received your|we received your|^order # … confirm*|^order # … received"
        "|^order # … shipped|thank you for your order|thanks for your order|thank you for your purchase"
        "|thanks for your purchase|thank you for your payment|payment received|payment confirm*"
        "|payment successful|payment … received|your payment … received|your payment … confirm*"
        "|your payment … success*|your payment … processed|booking confirm*|reservation confirm*"
        "|appointment confirm*|shipping confirm*|delivery confirm*|invoice … is ready|your invoice from"
        "|your bill is|your statement is|statement … is ready|thank you for contacting|thanks for contacting"
        "|thank you for your message|thanks for your message|thank you for your enquiry"
        "|thank you for your inquiry|thanks for your inquiry|thanks for your enquiry|thank you for your email"
        "|thank you for your e mail|thanks for your email|thank you for getting in touch|thanks for reaching out"
        "|thank you for reaching out|thanks for getting in touch|thank you for your request"
        "|thanks for your request|thank you for your feedback|thank you for your submission"
        "|thanks for your submission|thank you for applying|thank you for your application"
        "|your application … received|application received|submission received|form submission|new submission"
        "|your submission … received|your submission to|your request … received|request received"
        "|your request has been|your message … received|your message to … received|your enquiry … received"
        "|your inquiry … received|^message received|^acknowledgement of receipt|^acknowledgment of receipt"
        "|ticket … created|ticket … received|ticket … opened|ticket … updated|ticket … closed|ticket … resolved"
        "|ticket … assigned|ticket … raised|ticket … acknowledged|new ticket|your support ticket"
        "|your ticket … been|your ticket is|support ticket|^ticket #|ticket id|ticket number|^case #"
        "|case … created|case … opened|case … closed|case … received|case … updated|request … created"
        "|request … closed|request … resolved|incident … created|incident … opened|incident … resolved"
        "|incident … closed|incident inc*|has been assigned to you|was assigned to|copy of your message"
        "|copy of your form|copy of your enquiry|copy of your submission|copy of your request"
        "|weekly report … generated|scheduled report|your report is|your report is ready|backup … completed"
        "|backup … failed|backup … successful|backup … succeeded|build failed|build succe*|job … failed"
        "|job … completed|^problem host|^problem service|^recovery host|^recovery service|service alert"
        "|host alert|^firing|^resolved:|^cron|^logwatch|^anacron|^alert:|^alarm:|disk space on|disk space low"
        "|low disk space|subscription … renewed|your subscription … been|your subscription is"
        "|your subscription will|your trial … ends|your trial … expire*|unsubscribe … confirm*"
        "|you have been unsubscribed|your download is|how did we do|rate your",
        "^delayed mail|^delivery delayed|^mail delayed|^message delayed|delivery … delayed"
        "|delivery status … delay|delayed # hours|message … delayed|^warning message|^warning could not send"
        "|will be retried|still being retried|still being tried|will be tried|^warning … delayed|^warning"
        "|retrying|queued|temporar* … delivery|^delivery incomplete",
        "^undeliver*|^returned mail|^failure notice|^failure delivery|^mail failure|^mail failed"
        "|^mail system error|^non delivery|^nondelivery|delivery failure|delivery failed|delivery has failed"
        "|delivery … failure|delivery … failed|^mail delivery failed|^mail delivery failure"
        "|^message delivery failure|mail could not be delivered|could not be delivered|could not … delivered"
        "|message not delivered|not delivered|not be delivered|unsuccessful|^could not send"
        "|^there was an error sending your mail|^mail delivery system|^delivery status notification"
        "|^delivery status|^delivery report|^delivery notification|^message status|^mail delivery status"
        "|^message could not be|^delivery failure|^failed:|^failure:|address not found|message blocked"
        "|message rejected|mailbox full",
        "^successful mail delivery|delivery … success*|successful* delivered|^delivered|^relayed|^relay"
        "|delivery confirmed|was delivered|has been delivered|delivery status notification success"
        "|delivery status notification relay",
        "shared … with you|shared a file|shared a folder|shared the file|shared the folder"
        "|shared the document|left a comment in|mentioned you in|replied to a comment|replied to your comment"
        "|assigned you a task|assigned a task to you|invited you to edit|invited you to view"
        "",
    ),
    LanguagePhrases(
        "de",
        "^automatische antwort|^automatische ruckantwort|^automatische ruckmeldung|^automatische ruckfrage"
        "|^auto antwort|^autoantwort|^abwesen*|abwesenheitsnotiz|abwesenheitsassistent|abwesenheitsmeldung"
        "|abwesenheitsbenachrichtigung|ist … nicht im buro|ist … ausser haus|ist … außer haus|nicht im haus"
        "|ist … im urlaub|bin … im urlaub|ist … abwesend|bin … nicht im buro|bin … abwesend|^urlaub bis|^gelesen:"
        "|^empfangsbestatigung|^lesebestatigung|derzeit nicht erreichbar|arbeitet nicht mehr",
        "bestatig* … e mail*|bestatig* … email*|bestatig* … mailadresse|bestatig* … anmeldung|bestatig* … konto"
        "|bestatig* … registrierung|bestatig* … adresse|bestatig* … benutzerkonto|bestatig* … account"
        "|e mail … bestatig*|email … bestatig*|adresse … bestatig*|anmeldung … bestatig*"
        "|registrierung … bestatig*|konto … bestatig*|konto … aktivier*|aktivier* … konto|aktivier* … account"
        "|account … aktivier*|kontoaktivierung|anmeldebestatigung|registrierungsbestatigung|newsletter anmeldung"
        "|^willkommen bei|^willkommen im|^herzlich willkommen|passwort zuruck*|passwort vergessen"
        "|kennwort zuruck*|kennwort vergessen|neues passwort|zurucksetzen … passworts|zurucksetzen … kennworts"
        "|danke fur … anmeldung|danke fur … registrierung|vielen dank fur … anmeldung"
        "|vielen dank fur … registrierung|ihr konto wurde|ihr neues konto|ihr zugang|neue anmeldung|anmeldelink"
        "|ihre zugangsdaten|sicherheitswarnung",
        "bestatigungscode*|verifizierungscode*|sicherheitscode*|anmeldecode*|einmalcode*|einmalpasswort"
        "|einmal passwort|zugangscode*|aktivierungscode*|freischaltcode|authentifizierungscode|prufcode"
        "|bestatigungs code|ihr code|dein code|ist ihr … code|ist dein … code|code lautet|code #|tan #|ihre tan"
        "|login code|temporares passwort",
        "ihre quittung|quittung fur|zahlungseingang|zahlungsbestatigung|bestellbestatigung|ihre bestellung"
        "|deine bestellung|eingangsbestatigung|bestellung … eingegangen|auftragsbestatigung|bestellung … versandt"
        "|versandbestatigung|buchungsbestatigung|reservierungsbestatigung|terminbestatigung|ihre rechnung von"
        "|ihre rechnung ist|danke fur … bestellung|danke fur … anfrage|danke fur … nachricht"
        "|dank fur … bestellung|dank fur … anfrage|dank fur … nachricht|dank fur … einkauf|dank fur … bewerbung"
        "|dank fur … e mail|dank fur … mail|ihre anfrage … eingegangen|ihre nachricht … eingegangen"
        "|ihre nachricht an|anfrage … erhalten|nachricht … erhalten|haben ihre … erhalten|bewerbung … eingegangen"
        "|ticket … erstellt|ticket … eroffnet|ticket … aktualisiert|ticket … geschlossen|ticket … angelegt"
        "|neues ticket|ihr ticket|ihr anliegen|kopie ihrer nachricht|kopie ihrer anfrage|storung … behoben"
        "|sicherung … erfolgreich|sicherung … fehlgeschlagen|ihr beleg|ihr abonnement|ihre zahlung … eingegangen"
        "|ihre zahlung … erhalten",
        "zustellung verzogert|verzogerte zustellung|verzogert*|zustellung … verzogert|wird … erneut versucht"
        "|vorubergehend … zustell*|verspatet*",
        "^unzustellbar*|nicht zustellbar|nicht zugestellt|zustellung fehlgeschlagen|zustellung … fehlgeschlagen"
        "|zustellfehler|zustellungsfehler|konnte nicht … zugestellt|nicht … zugestellt werden"
        "|fehlgeschlagene zustellung|unzustellbare nachricht|^ubermittlungsfehler|^zustellungsbericht"
        "|^ubermittlungsstatus|^zustellstatus",
        "^zugestellt|^weitergeleitet zugestellt|erfolgreich zugestellt|erfolgreiche zustellung|wurde zugestellt"
        "|^ubermittelt|zustellung erfolgreich|^relais|^vermittelt",
        "hat … fur sie freigegeben|hat … fur dich freigegeben|hat … mit ihnen geteilt|hat … mit dir geteilt"
        "|hat … ihnen freigegeben|hat sie … erwahnt|hat dich … erwahnt|hat ihnen eine aufgabe"
        "|hat dir eine aufgabe",
    ),
    LanguagePhrases(
        "fr",
        "^reponse automatique|^reponse auto|^message automatique|^absence du bureau|^absent du bureau|^absence:"
        "|^absent*:|est absent*|suis absent*|hors du bureau|en dehors du bureau|absence de bureau|^en conge*:"
        "|est en conge*|suis en conge*|est en vacances|^notification d absence|^lu:|^accuse de lecture"
        "|^accuse de reception|absent* jusqu au|ne travaille plus",
        "confirm* … adresse|confirm* … inscription|confirm* … compte|confirm* … e mail|confirm* … email"
        "|confirm* … courriel|confirm* … abonnement|confirmation d inscription|confirmation de votre inscription"
        "|confirmation de … compte|verifi* … adresse|verifi* … compte|verifi* … e mail|verifi* … email"
        "|valid* … adresse|valid* … inscription|valid* … compte|valid* … email|valid* … e mail|activ* … compte"
        "|activation de … compte|^bienvenue chez|^bienvenue sur|^bienvenue a|^bienvenue dans|mot de passe oublie"
        "|reinitialis* … mot de passe|nouveau mot de passe|changement de mot de passe|votre mot de passe"
        "|merci de votre inscription|merci pour votre inscription|votre compte a ete|votre nouveau compte"
        "|nouvelle connexion|alerte de securite|lien de connexion|vos identifiants",
        "code de verification|code de confirmation|code de securite|code de connexion|code d acces"
        "|code d activation|code a usage unique|code d authentification|code de validation|code unique"
        "|mot de passe a usage unique|mot de passe temporaire|votre code|est votre code|code #|voici votre code",
        "votre recu|recu de paiement|recu de votre|paiement recu|confirmation de paiement"
        "|confirmation de commande|confirmation de votre commande|commande confirmee|commande recue"
        "|confirmation de reservation|confirmation de … rendez vous|confirmation d expedition"
        "|merci pour votre commande|merci de votre commande|merci pour votre achat|merci de nous avoir contacte*"
        "|merci pour votre message|merci de votre message|merci pour votre demande|merci de votre demande"
        "|votre demande … recue|votre demande … enregistree|nous avons … recu|votre message … recu"
        "|votre facture est|votre facture du|votre ticket|ticket … cree|ticket … ouvert|ticket … ferme"
        "|nouveau ticket|demande … enregistree|demande de support|copie de votre message|votre candidature"
        "|votre abonnement|votre commande … confirmee|votre commande … recue|votre commande … expediee"
        "|votre commande #|votre commande n|votre paiement … recu|suivi de votre commande",
        "remise retardee|remise differee|livraison retardee|distribution retardee|retarde*|remise … retardee"
        "|nouvelle tentative|sera retente|en attente de remise|differe*",
        "^echec de remise|^echec de la remise|echec de … remise|^echec de distribution|echec de la distribution"
        "|^echec de livraison|^echec d envoi|^non remis|^non remise|non distribu*|^non delivre"
        "|^impossible de remettre|n a pas pu etre … remis|n a pas pu etre … distribue|^message non remis"
        "|^courrier non remis|^notification d echec|^rapport de remise|^notification d etat de remise"
        "|^etat de remise",
        "^remis|^relaye|remise reussie|remis avec succes|distribution reussie|a ete remis|a ete distribue",
        "a partage … avec vous|a partage … avec toi|vous a mentionne|vous a attribue une tache"
        "|vous a affecte une tache",
    ),
    LanguagePhrases(
        "es",
        "^respuesta automatica|^respuesta auto*|^mensaje automatico|^fuera de la oficina|^fuera de oficina"
        "|fuera de la oficina|fuera de … oficina|^ausente:|^ausencia:|esta ausente|estoy ausente|^de vacaciones:"
        "|esta de vacaciones|estoy de vacaciones|^leido:|^confirmacion de lectura|^acuse de recibo|ya no trabaja",
        "confirm* … correo*|confirm* … cuenta|confirm* … direccion|confirm* … registro|confirm* … suscripcion"
        "|confirm* … email|confirm* … e mail|confirm* … inscripcion|confirmacion de registro"
        "|confirmacion de cuenta|confirmacion de suscripcion|confirmacion de correo|verific* … correo*"
        "|verific* … cuenta|verific* … direccion|verific* … email|verific* … identidad|activ* … cuenta"
        "|valid* … correo*|valid* … cuenta|^bienvenido a|^bienvenida a|^bienvenidos a|^bienvenid* a"
        "|restablec* … contrasena|contrasena olvidada|olvidaste … contrasena|nueva contrasena|cambi* … contrasena"
        "|tu contrasena|su contrasena|recuper* … contrasena|recuper* … cuenta|gracias por registrar*"
        "|gracias por suscrib*|tu cuenta ha sido|su cuenta ha sido|tu nueva cuenta|nuevo inicio de sesion"
        "|alerta de seguridad",
        "codigo de verificacion|codigo de confirmacion|codigo de seguridad|codigo de acceso|codigo de activacion"
        "|codigo de inicio|codigo de un solo uso|codigo unico|codigo de autenticacion|contrasena de un solo uso"
        "|contrasena temporal|clave temporal|tu codigo|su codigo|es tu codigo|es su codigo|codigo #"
        "|clave dinamica",
        "tu recibo|su recibo|recibo de|pago recibido|confirmacion de pago|confirmacion de pedido"
        "|confirmacion de tu pedido|confirmacion de su pedido|tu pedido|su pedido|pedido confirmado"
        "|pedido recibido|confirmacion de reserva|confirmacion de compra|confirmacion de … cita"
        "|confirmacion de envio|gracias por tu pedido|gracias por su pedido|gracias por tu compra"
        "|gracias por su compra|gracias por contactar*|gracias por ponerse en contacto|gracias por escribir*"
        "|gracias por su mensaje|gracias por tu mensaje|gracias por su consulta|gracias por su solicitud"
        "|gracias por comunicar*|hemos recibido|tu solicitud|su solicitud|solicitud recibida|su consulta"
        "|mensaje recibido|tu factura|su factura esta|ticket … creado|ticket … abierto|ticket … cerrado"
        "|nuevo ticket|caso … creado|copia de su mensaje|copia de tu mensaje|tu suscripcion|su suscripcion",
        "entrega retrasada|entrega demorada|retras*|demorad*|se retraso|entrega … retrasada|se volvera a intentar"
        "|se reintentara|aplazad*",
        "^no se puede entregar|no se puede entregar|^no entregado|no se pudo entregar|no se ha podido entregar"
        "|no ha podido … entregar*|error de entrega|error en la entrega|fallo de entrega|fallo en la entrega"
        "|^no entregable|^mensaje no entregado|^correo devuelto|^informe de no entrega"
        "|^notificacion de estado de entrega|^estado de entrega|entrega fallida",
        "^entregado|^retransmitido|entrega correcta|entregado correctamente|entrega realizada|ha sido entregado"
        "|entrega exitosa",
        "ha compartido … contigo|ha compartido … con usted|compartio … contigo|te ha mencionado"
        "|le ha mencionado|te ha asignado una tarea",
    ),
    LanguagePhrases(
        "it",
        "^risposta automatica|^risposta auto*|^messaggio automatico|^fuori ufficio|^fuori sede|fuori ufficio"
        "|fuori dall ufficio|^assente:|^assenza:|e assente|sono assente|^in ferie:|e in ferie|sono in ferie"
        "|^letto:|^conferma di lettura|^ricevuta di ritorno|non lavora piu",
        "conferm* … indirizzo|conferm* … e mail|conferm* … email|conferm* … account|conferm* … registrazione"
        "|conferm* … iscrizione|conferm* … posta|conferma registrazione|conferma iscrizione|verific* … indirizzo"
        "|verific* … e mail|verific* … email|verific* … account|verific* … identita|attiv* … account"
        "|attivazione … account|convalid* … indirizzo|convalid* … email|^benvenuto in|^benvenuto su|^benvenuto a"
        "|^benvenuti|^benvenuta|reimpost* … password|ripristin* … password|recuper* … password"
        "|password dimenticata|nuova password|la tua password|cambio password|grazie per … iscrizione"
        "|grazie per … registrazione|grazie per esserti*|il tuo account e|il suo account e|nuovo accesso"
        "|avviso di sicurezza|link di accesso",
        "codice di verifica|codice di conferma|codice di sicurezza|codice di accesso|codice di attivazione"
        "|codice di autenticazione|codice monouso|codice usa e getta|codice temporaneo|password monouso"
        "|password temporanea|password usa e getta|il tuo codice|il suo codice|e il tuo codice|codice #"
        "|codice otp",
        "la tua ricevuta|ricevuta di|ricevuta per|pagamento ricevuto|conferma di pagamento|conferma pagamento"
        "|conferma d ordine|conferma ordine|conferma dell ordine|conferma del tuo ordine|il tuo ordine"
        "|il suo ordine|ordine confermato|ordine ricevuto|conferma di prenotazione|conferma prenotazione"
        "|conferma … appuntamento|conferma di spedizione|grazie per il tuo ordine|grazie per il suo ordine"
        "|grazie per l ordine|grazie per … acquisto|grazie per averci contattato|grazie per averci scritto"
        "|grazie per il tuo messaggio|grazie per il suo messaggio|grazie per la tua richiesta"
        "|grazie per la sua richiesta|abbiamo ricevuto|la sua richiesta|la vostra richiesta|richiesta ricevuta"
        "|la tua fattura|ticket … creato|ticket … aperto|ticket … chiuso|nuovo ticket|copia del tuo messaggio"
        "|copia del suo messaggio|il tuo abbonamento",
        "consegna ritardata|consegna in ritardo|ritard*|recapito ritardato|recapito … ritardato"
        "|consegna … ritardata|sara ritentat*|nuovo tentativo",
        "^impossibile recapitare|impossibile recapitare|impossibile consegnare|^mancato recapito|mancato recapito"
        "|mancata consegna|^non recapitabile|^non recapitato|non consegnato|^errore di consegna"
        "|errore di recapito|non e stato possibile … recapitare|consegna non riuscita|recapito non riuscito"
        "|^notifica dello stato del recapito|^stato del recapito|^rapporto di mancato recapito",
        "^recapitato|^inoltrato|^consegnato|recapito riuscito|consegna riuscita|consegnato correttamente"
        "|recapitato correttamente|e stato recapitato|e stato consegnato",
        "ha condiviso … con te|ha condiviso … con lei|ha condiviso … con voi|ti ha menzionato"
        "|ti ha assegnato un attivita",
    ),
    LanguagePhrases(
        "pt",
        "^resposta automatica|^resposta auto*|^mensagem automatica|^fora do escritorio|fora do escritorio"
        "|fora do … escritorio|^ausente:|^ausencia:|esta ausente|estou ausente|ausencia temporaria|^de ferias:"
        "|^em ferias:|esta de ferias|estou de ferias|^lida:|^lido:|^confirmacao de leitura|^aviso de recepcao"
        "|ja nao trabalha|nao trabalha mais",
        "confirm* … e mail|confirm* … email|confirm* … endereco|confirm* … conta|confirm* … registo"
        "|confirm* … registro|confirm* … cadastro|confirm* … inscricao|confirm* … assinatura|confirm* … correio"
        "|confirmacao de registo|confirmacao de cadastro|confirmacao de inscricao|verifi* … e mail"
        "|verifi* … email|verifi* … endereco|verifi* … conta|verifi* … identidade|ativ* … conta|valid* … e mail"
        "|valid* … email|valid* … conta|^bem vindo a*|^bem vindo ao|^bem vindos|^bem vinda|redefin* … senha"
        "|redefinicao de senha|repor … palavra passe|reposicao … palavra passe|esqueceu … senha|nova senha"
        "|recuper* … senha|recuper* … palavra passe|sua senha|alteracao de senha|obrigado por se registar"
        "|obrigado por se inscrever|obrigado por se cadastrar|sua conta foi|a sua conta foi|novo login"
        "|novo inicio de sessao|alerta de seguranca",
        "codigo de verificacao|codigo de confirmacao|codigo de seguranca|codigo de acesso|codigo de ativacao"
        "|codigo de uso unico|codigo de utilizacao unica|codigo de autenticacao|codigo de login|codigo unico"
        "|senha temporaria|senha de uso unico|palavra passe temporaria|seu codigo|o seu codigo|e o seu codigo"
        "|e seu codigo|codigo #",
        "seu recibo|o seu recibo|recibo de|pagamento recebido|confirmacao de pagamento|confirmacao de pedido"
        "|confirmacao do pedido|confirmacao do seu pedido|confirmacao de encomenda|confirmacao da encomenda"
        "|confirmacao da sua encomenda|seu pedido|sua encomenda|pedido confirmado|pedido recebido"
        "|encomenda recebida|confirmacao de reserva|confirmacao de compra|confirmacao de envio"
        "|confirmacao de … consulta|obrigado pel* su* encomenda|obrigado pel* seu pedido|obrigado pela sua compra"
        "|obrigado pela compra|obrigado por entrar em contato|obrigado por entrar em contacto"
        "|obrigado por contactar|obrigado pelo seu contat*|obrigado pelo seu contact*|obrigado pela sua mensagem"
        "|obrigado pelo seu e mail|recebemos … su*|recebemos … seu*|recebemos o|recebemos a|sua solicitacao"
        "|seu pedido de|solicitacao recebida|sua mensagem … recebida|sua fatura|a sua fatura|chamado … aberto"
        "|chamado … criado|ticket … criado|ticket … aberto|ticket … fechado|novo ticket|novo chamado"
        "|copia da sua mensagem|sua assinatura",
        "entrega atrasada|entrega … atrasada|atrasad*|entrega adiada|adiad*|sera tentad* novamente|nova tentativa"
        "|retardad*",
        "^nao e possivel entregar|^nao entregue|nao entregue|nao foi entregue|nao foi possivel entregar"
        "|nao pode ser entregue|falha na entrega|falha de entrega|erro de entrega|erro na entrega|^nao entregavel"
        "|^mensagem nao entregue|^notificacao de falha|^relatorio de nao entrega"
        "|^notificacao de estado de entrega|^notificacao de status de entrega|^estado da entrega|^devolvid*",
        "^entregue|^retransmitid*|entrega com exito|entrega bem sucedida|entregue com sucesso|entregue com exito"
        "|foi entregue|entrega concluida",
        "compartilhou … com voce|compartilhou … contigo|partilhou … consigo|mencionou voce|atribuiu uma tarefa a voce",
    ),
    LanguagePhrases(
        "nl",
        "^automatisch antwoord|^automatische reactie|^automatisch bericht|^auto antwoord|^afwezig*|^niet aanwezig"
        "|ben afwezig|is afwezig|niet op kantoor|niet aanwezig|afwezigheidsassistent|afwezigheidsbericht"
        "|^buiten kantoor|^op vakantie:|is op vakantie|ben op vakantie|met verlof|^gelezen:|^leesbevestiging"
        "|^ontvangstbevestiging|werkt niet meer",
        "bevestig* … e mail*|bevestig* … email*|bevestig* … mailadres|bevestig* … account|bevestig* … registratie"
        "|bevestig* … inschrijving|bevestig* … aanmelding|bevestig* … adres|bevestig* … abonnement"
        "|verifieer … e mail*|verifieer … email*|verifieer … account|activeer … account|accountactivatie"
        "|registratie bevestig*|inschrijving bevestig*|aanmelding bevestig*|^welkom bij|^welkom op"
        "|wachtwoord … herstel*|wachtwoord opnieuw|wachtwoord vergeten|wachtwoord … wijzig*|wachtwoord … reset*"
        "|reset … wachtwoord|nieuw wachtwoord|herstel … wachtwoord|bedankt voor … registratie"
        "|bedankt voor … aanmelding|bedankt voor … inschrijving|uw account is|je account is|nieuwe aanmelding"
        "|nieuwe inlog*|beveiligingswaarschuwing",
        "verificatiecode*|bevestigingscode*|beveiligingscode*|toegangscode*|inlogcode*|aanmeldcode*"
        "|activatiecode*|eenmalige code*|eenmalig wachtwoord|tijdelijk wachtwoord|authenticatiecode|uw code"
        "|je code|is uw … code|is je … code|code #|uw pincode",
        "uw ontvangstbewijs|je ontvangstbewijs|uw bon|kassabon|betaling ontvangen|betalingsbevestiging"
        "|orderbevestiging|bestelbevestiging|bevestiging van uw bestelling|bevestiging van je bestelling"
        "|uw bestelling|je bestelling|bestelling ontvangen|bestelling bevestigd|boekingsbevestiging"
        "|reserveringsbevestiging|afspraakbevestiging|verzendbevestiging|bedankt voor … bestelling"
        "|bedankt voor … bericht|bedankt voor … aanvraag|bedankt voor … vraag|bedankt voor … aankoop"
        "|bedankt voor … e mail|dank … voor uw bericht|we hebben uw … ontvangen|wij hebben uw … ontvangen"
        "|we hebben je … ontvangen|uw aanvraag|uw vraag … ontvangen|uw factuur van|ticket … aangemaakt"
        "|ticket … geopend|ticket … gesloten|nieuw ticket|uw ticket|uw melding|melding … ontvangen"
        "|melding … geregistreerd|kopie van uw bericht|kopie van je bericht|uw abonnement",
        "bezorging vertraagd|aflevering vertraagd|vertraagd*|levering … vertraagd|wordt opnieuw geprobeerd|uitgesteld*",
        "^onbestelbaar*|onbestelbaar|niet bezorgd|niet afgeleverd|kan niet worden bezorgd|kon niet worden bezorgd"
        "|kon niet worden afgeleverd|bezorging mislukt|aflevering mislukt|bezorgfout|^niet bestelbaar"
        "|^bezorgingsfout|^statusmelding bezorging|^bezorgingsstatus|mislukt*",
        "^afgeleverd|^bezorgd|^doorgestuurd|met succes bezorgd|met succes afgeleverd|bezorging geslaagd"
        "|aflevering geslaagd|is bezorgd|is afgeleverd",
        "heeft … met je gedeeld|heeft … met jou gedeeld|heeft … met u gedeeld|heeft je vermeld"
        "|heeft u vermeld|heeft je een taak",
    ),
    LanguagePhrases(
        "pl",
        "^automatyczna odpowiedz|^odpowiedz automatyczna|^autoodpowiedz|^poza biurem|poza biurem|nieobecnosc"
        "|^nieobecn*|jest nieobecn*|jestem nieobecn*|^urlop:|na urlopie|przebywa na urlopie|^przeczytano:"
        "|^potwierdzenie odczytu|^potwierdzenie przeczytania|^wiadomosc automatyczna|nie pracuje juz"
        "|juz nie pracuje",
        "potwierdz* … adres*|potwierdz* … e mail|potwierdz* … email|potwierdz* … konto|potwierdz* … rejestracj*"
        "|potwierdz* … subskrypcj*|potwierdz* … zapis*|potwierdzenie rejestracji|potwierdzenie konta"
        "|potwierdzenie adresu|zweryfikuj … adres|zweryfikuj … konto|zweryfikuj … email|zweryfikuj … e mail"
        "|weryfikacja adresu|weryfikacja konta|weryfikacja e mail|weryfikacja email|aktyw* … konto"
        "|aktywacja konta|aktywacja … konta|^witamy w|^witaj w|^witamy na|reset* … hasl*|resetowanie hasla"
        "|zmiana hasla|przypomnienie hasla|odzyskiwanie hasla|nowe haslo|twoje haslo|dziekujemy za rejestracje"
        "|twoje konto zostalo|nowe logowanie|alert bezpieczenstwa|ustaw … haslo",
        "kod weryfikacyjny|kod potwierdzajacy|kod bezpieczenstwa|kod dostepu|kod aktywacyjny|kod logowania"
        "|kod jednorazowy|jednorazowy kod|haslo jednorazowe|jednorazowe haslo|haslo tymczasowe"
        "|kod uwierzytelniajacy|twoj kod|to twoj kod|kod #|kod autoryzacyjny|kod do logowania",
        "twoje potwierdzenie|potwierdzenie zamowienia|potwierdzenie platnosci|potwierdzenie wplaty"
        "|potwierdzenie rezerwacji|potwierdzenie zakupu|potwierdzenie wysylki|potwierdzenie wizyty"
        "|potwierdzenie otrzymania|potwierdzenie przyjecia|potwierdzenie zgloszenia|twoje zamowienie"
        "|zamowienie … przyjete|zamowienie … otrzymane|otrzymalismy|platnosc otrzymana|paragon"
        "|dziekujemy za zamowienie|dziekujemy za zakup*|dziekujemy za kontakt|dziekujemy za wiadomosc"
        "|dziekujemy za zgloszenie|dziekujemy za zapytanie|twoje zgloszenie|zgloszenie … przyjete"
        "|zgloszenie … utworzone|zgloszenie … zarejestrowane|zgloszenie … zamkniete|nowe zgloszenie|twoj ticket"
        "|twoja faktura|kopia … wiadomosci|twoja subskrypcja",
        "dostarczenie opoznione|opoznione dostarczenie|opoznion*|opoznienie|dostarczanie opoznione|ponowna proba"
        "|ponowiona proba|odroczon*",
        "^niedostarczone|^niedostarczon*|^nie mozna dostarczyc|nie mozna dostarczyc|nie dostarczono"
        "|nie zostal* dostarczon*|nie moze zostac dostarczon*|nie udalo sie dostarczyc|blad dostarczania"
        "|blad doreczenia|^zwrot wiadomosci|^niedoreczone|^powiadomienie o stanie dostarczenia|^stan dostarczenia"
        "|^raport o niedostarczeniu|niepowodzenie dostarczenia",
        "^dostarczono|^dostarczone|^przekazano|pomyslnie dostarczon*|dostarczono pomyslnie|zostal* dostarczon*"
        "|doreczon*",
        "udostepnia ci|udostepnil ci|udostepnila ci|udostepnia panu|udostepnia pani|udostepnia panstwu"
        "|przypisal ci zadanie|przypisala ci zadanie",
    ),
    LanguagePhrases(
        "ru",
        "^автоматический ответ|^автоответ*|^авто ответ|^автоматическое уведомление|^нет на месте|нет на месте"
        "|^вне офиса|вне офиса|^отсутств*|отсутствует … офисе|отсутствую … офисе|нахожусь в отпуске"
        "|находится в отпуске|^в отпуске:|^отпуск:|^прочитано:|^уведомление о прочтении|больше не работает",
        "подтверд* … адрес*|подтверд* … почт*|подтверд* … email|подтверд* … e mail|подтверд* … регистрац*"
        "|подтверд* … аккаунт*|подтверд* … учетн*|подтверд* … подписк*|подтверд* … электронн*"
        "|подтверждение регистрации|подтверждение адреса|подтверждение почты|проверьте … адрес"
        "|активир* … аккаунт*|активир* … учетн*|активация аккаунта|активация учетной|завершите регистрацию"
        "|^добро пожаловать|сброс пароля|восстановление пароля|восстановление доступа|смена пароля"
        "|изменение пароля|новый пароль|ваш пароль|забыли пароль|спасибо за регистрацию|ваш аккаунт"
        "|ваша учетная запись|новый вход|вход в аккаунт|оповещение системы безопасности",
        "код подтверждения|проверочный код|код проверки|код безопасности|код доступа|код активации|код для входа"
        "|код входа|код авторизации|одноразовый код|одноразовый пароль|временный пароль|ваш код|это ваш код|код #"
        "|код верификации",
        "ваш чек|кассовый чек|электронный чек|квитанция|оплата получена|подтверждение оплаты|подтверждение заказа"
        "|подтверждение бронирования|подтверждение записи|ваш заказ|заказ … принят|заказ … получен"
        "|заказ … оформлен|заказ … подтвержден|спасибо за заказ|спасибо за покупку|спасибо за обращение"
        "|спасибо за … сообщение|спасибо за … письмо|спасибо за заявку|ваше обращение|обращение … принято"
        "|обращение … зарегистрировано|ваша заявка|заявка … принята|заявка … создана|заявка … зарегистрирована"
        "|заявка … закрыта|ваш запрос|запрос … принят|мы получили|ваше сообщение … получено|копия … сообщения"
        "|ваша подписка|новый тикет|ваш тикет",
        "доставка отложена|доставка задержана|отложен*|задерж*|доставка … отложена|повторная попытка",
        "^не доставлено|^недоставлен*|не доставлено|не удалось доставить|не удается доставить"
        "|не может быть доставлен*|невозможно доставить|ошибка доставки|сбой доставки|^недоставленное"
        "|^возврат письма|^уведомление о состоянии доставки|^состояние доставки|^отчет о недоставке"
        "|не был* доставлен*",
        "^доставлено|^передано|успешно доставлен*|доставлено успешно|доставка выполнена|был* доставлен*"
        "|^ретранслировано",
        "поделился … с вами|поделилась … с вами|предоставил … вам доступ|предоставила … вам доступ"
        "|предоставил … доступ к|предоставила … доступ к|упомянул* вас|назначил* вам задачу",
    ),
    LanguagePhrases(
        "uk",
        "^автоматична відповідь|^автовідповід*|^поза офісом|поза офісом|^відсутн*|відсутн* … офісі|немає на місці"
        "|^у відпустці:|у відпустці|^відпустка:|^прочитано:|^сповіщення про прочитання|більше не працює",
        "підтверд* … адрес*|підтверд* … пошт*|підтверд* … email|підтверд* … реєстрац*|підтверд* … обліков*"
        "|підтверд* … акаунт*|підтверд* … підписк*|підтверд* … електронн*|підтвердження реєстрації"
        "|підтвердження адреси|активуйте … обліковий|активуйте … акаунт|активація облікового|активація акаунт*"
        "|завершіть реєстрацію|^ласкаво просимо|^вітаємо у|^вітаємо в|скидання пароля|відновлення пароля"
        "|зміна пароля|новий пароль|ваш пароль|дякуємо за реєстрацію|ваш обліковий запис|новий вхід",
        "код підтвердження|код перевірки|код безпеки|код доступу|код активації|код для входу|код входу"
        "|код авторизації|одноразовий код|одноразовий пароль|тимчасовий пароль|ваш код|це ваш код|код #"
        "|перевірочний код",
        "ваш чек|квитанція|оплату отримано|підтвердження оплати|підтвердження замовлення|підтвердження бронювання"
        "|ваше замовлення|замовлення … прийнято|замовлення … отримано|замовлення … підтверджено"
        "|дякуємо за замовлення|дякуємо за покупку|дякуємо за звернення|дякуємо за … повідомлення"
        "|дякуємо за запит|ваше звернення|звернення … прийнято|звернення … зареєстровано|ваша заявка"
        "|заявк* … прийнят*|заявк* … створен*|ваш запит|запит … прийнято|запит … отримано|ми отримали"
        "|ваше повідомлення … отримано|копія … повідомлення|ваша підписка",
        "доставку відкладено|доставка затримується|доставку затримано|відкладен*|затрим*|доставк* … відкладен*"
        "|повторна спроба",
        "^не доставлено|^недоставлен*|не доставлено|не вдалося доставити|неможливо доставити"
        "|не може бути доставлен*|помилка доставки|збій доставки|^повернення листа|^стан доставки"
        "|^сповіщення про стан доставки|не був* доставлен*",
        "^доставлено|^передано|успішно доставлен*|доставлено успішно|доставку виконано|був* доставлен*",
        "поділився … з вами|поділилася … з вами|надав … вам доступ|надала … вам доступ|надає … вам доступ"
        "|згадав вас|згадала вас",
    ),
    LanguagePhrases(
        "cs",
        "^automaticka odpoved|^automaticky odpoved|^automaticka zprava|^autom odpoved|^mimo kancelar"
        "|mimo kancelar|^nepritom*|^nepritomnost|jsem nepritom*|je nepritom*|nejsem v kancelari|neni v kancelari"
        "|^dovolena:|na dovolene|^precteno:|^potvrzeni o precteni|jiz nepracuje",
        "potvr* … e mail*|potvr* … email*|potvr* … adres*|potvr* … ucet|potvr* … uctu|potvr* … registrac*"
        "|potvr* … odber|potvr* … prihlas*|potvrzeni registrace|potvrzeni emailu|potvrzeni e mailu"
        "|overte … e mail*|overte … email*|overte … ucet|overeni e mailu|overeni emailu|overeni adresy"
        "|overeni e mailove|overeni uctu|aktivujte … ucet|aktivace uctu|aktivace … uctu|dokoncete registraci"
        "|^vitejte v|^vitejte na|^vitejte u|^vitame vas|obnov* hesla|obnovte … heslo|reset hesla|zapomenute heslo"
        "|zmena hesla|nove heslo|vase heslo|dekujeme za registraci|vas ucet byl|nove prihlaseni",
        "overovaci kod|potvrzovaci kod|bezpecnostni kod|pristupovy kod|aktivacni kod|prihlasovaci kod"
        "|jednorazovy kod|jednorazove heslo|docasne heslo|autentizacni kod|vas kod|je vas … kod|kod #"
        "|kod pro prihlaseni",
        "uctenka|vase uctenka|potvrzeni objednavky|potvrzeni platby|potvrzeni rezervace|potvrzeni prijeti"
        "|potvrzeni o prijeti|potvrzeni terminu|platba prijata|vase objednavka|objednavka … prijata"
        "|objednavka … potvrzena|objednavka c|dekujeme za objednavku|dekujeme za nakup|dekujeme za … zpravu"
        "|dekujeme za … dotaz|dekujeme za … zajem|dekujeme ze jste nas kontaktovali|vas pozadavek"
        "|pozadavek … prijat|pozadavek … vytvoren|pozadavek … zaregistrovan|vas dotaz|vase zprava … prijata"
        "|prijali jsme|obdrzeli jsme|tiket … vytvoren|ticket … vytvoren|novy tiket|novy ticket|vas tiket"
        "|kopie … zpravy|vase predplatne",
        "doruceni zpozdeno|zpozden*|zpozdene doruceni|doruceni … zpozdeno|opozden*|dalsi pokus|odlozen*",
        "^nedorucitelne|^nedorucen*|nedorucitelna|nedorucitelny|nebylo mozne dorucit|nelze dorucit"
        "|nebyl* dorucen*|nemohla byt dorucena|chyba doruceni|doruceni selhalo|selhani doruceni"
        "|doruceni se nezdarilo|^vraceni zpravy|^stav doruceni|^oznameni o stavu doruceni",
        "^doruceno|^predano|uspesne dorucen*|doruceno uspesne|uspesne doruceni|byl* dorucen*",
        "s vami sdili|s vami sdilel|s vami sdilela|sdili s vami|vam nasdilel|vam nasdilela|priradil vam ukol"
        "|priradila vam ukol",
    ),
    LanguagePhrases(
        "sv",
        "^automatiskt svar|^autosvar|^automatiskt meddelande|^franvaro*|^franvarande|ar franvarande"
        "|inte pa kontoret|ej pa kontoret|^ej pa kontoret|^inte pa kontoret|ar pa semester|^semester:"
        "|^pa semester:|^last:|^laskvitto|^franvaromeddelande|arbetar inte langre|slutat",
        "bekrafta … e post*|bekrafta … e mail|bekrafta … mejl*|bekrafta … epost*|bekrafta … konto"
        "|bekrafta … registrering|bekrafta … prenumeration|bekrafta … adress|bekraftelse av konto"
        "|bekraftelse av registrering|bekraftelse av e post*|bekrafta … anmalan|verifiera … e post*"
        "|verifiera … epost*|verifiera … konto|verifiera … mejl*|aktivera … konto|kontoaktivering|^valkommen till"
        "|aterstall … losenord|aterstallning av losenord|glomt … losenord|nytt losenord|byt … losenord"
        "|losenordsaterstallning|tack for … registrering|tack for … anmalan|tack for att du registrera*"
        "|ditt konto har|ditt nya konto|ny inloggning|sakerhetsvarning",
        "verifieringskod*|bekraftelsekod*|sakerhetskod*|atkomstkod*|inloggningskod*|aktiveringskod*|engangskod*"
        "|engangslosenord*|tillfalligt losenord|autentiseringskod|din kod|ar din … kod|kod #|pinkod",
        "ditt kvitto|kvitto fran|kvitto pa|kvitto for|betalning mottagen|betalningsbekraftelse|orderbekraftelse"
        "|bestallningsbekraftelse|din bestallning|din order|bestallning … mottagen|bokningsbekraftelse"
        "|bokningsbekraftelsen|leveransbekraftelse|mottagningsbekraftelse|tack for … bestallning|tack for … kop"
        "|tack for … order|tack for … meddelande|tack for … mejl|tack for … fraga|tack for … forfragan"
        "|tack for att du kontakta*|vi har mottagit|vi har tagit emot|ditt arende|arende … skapat"
        "|arende … mottaget|arende … registrerat|arende … avslutat|nytt arende|ditt meddelande … mottagits"
        "|din faktura fran|kopia av ditt meddelande|din prenumeration",
        "leverans fordrojd|leveransen forsenad|leverans forsenad|fordrojd*|forsenad*|leverans … forsenad"
        "|nytt forsok|forsoker igen|uppskjuten",
        "^kan inte leverera*|^kunde inte leverera*|kunde inte levereras|kan inte levereras|kan ej levereras"
        "|^olevererbar*|^olevererat|^oleverera*|ej levererat|inte levererat|leveransfel|leverans misslyckades"
        "|leveransen misslyckades|misslyckad leverans|^returnerad post|^leveransstatus|^statusmeddelande",
        "^levererat|^levererad|^vidarebefordrat|levererades|leverans lyckades|har levererats|levererats",
        "har delat … med dig|delade … med dig|har namnt dig|har tilldelat dig en uppgift",
    ),
    LanguagePhrases(
        "da",
        "^automatisk svar|^autosvar|^automatisk besked|^ikke til stede|^ikke pa kontoret|ikke pa kontoret"
        "|^fravaer*|er ikke til stede|ikke til stede|er fravaerende|^ferie:|pa ferie|^laest:|^laesekvittering"
        "|^fravaersbesked|arbejder ikke laengere|er fratradt|^fravær*|er fraværende|^læst:|^læsekvittering"
        "|^fraværsbesked|arbejder ikke længere",
        "bekraeft … e mail*|bekraeft … email*|bekraeft … mail*|bekraeft … konto|bekraeft … tilmelding"
        "|bekraeft … adresse|bekraeft … registrering|bekræft … e mail*|bekræft … email*|bekræft … mail*"
        "|bekræft … konto|bekræft … tilmelding|bekræft … adresse|bekræft … registrering|bekræft … abonnement"
        "|bekræftelse af konto|bekræftelse af tilmelding|bekræftelse af e mail*|verificer … e mail*"
        "|verificer … email*|verificer … mail*|verificer … konto|aktiver … konto|kontoaktivering|^velkommen til"
        "|nulstil … adgangskode|nulstilling af adgangskode|glemt … adgangskode|ny adgangskode|skift … adgangskode"
        "|tak for … tilmelding|tak for … registrering|din konto er|din nye konto|nyt login|sikkerhedsadvarsel",
        "bekræftelseskode*|verifikationskode*|verificeringskode*|sikkerhedskode*|adgangskode til engangsbrug"
        "|loginkode*|aktiveringskode*|engangskode*|engangsadgangskode*|midlertidig adgangskode|godkendelseskode"
        "|din kode|er din … kode|kode #|pinkode",
        "din kvittering|kvittering fra|kvittering for|kvittering pa|betaling modtaget|betalingsbekræftelse"
        "|ordrebekræftelse|din ordre|din bestilling|ordre … modtaget|bookingbekræftelse|reservationsbekræftelse"
        "|leveringsbekræftelse|modtagelsesbekræftelse|tak for … ordre|tak for … bestilling|tak for … køb"
        "|tak for … kob|tak for … besked|tak for … henvendelse|tak for … mail|tak fordi du kontakte*"
        "|vi har modtaget|din henvendelse|sag … oprettet|sag … modtaget|sag … lukket|ny sag|din besked … modtaget"
        "|din faktura fra|kopi af din besked|dit abonnement",
        "levering forsinket|leveringen er forsinket|forsinket*|forsinkelse|levering … forsinket|nyt forsøg"
        "|prøver igen|udskudt",
        "^kan ikke leveres|^kunne ikke leveres|kunne ikke leveres|kan ikke leveres|^ikke leveret|ikke leveret"
        "|ikke afleveret|kunne ikke afleveres|^uleverbar*|leveringsfejl|levering mislykkedes"
        "|leveringen mislykkedes|mislykket levering|^returneret post|^leveringsstatus",
        "^leveret|^afleveret|^videresendt|er leveret|levering lykkedes|leveret korrekt|blev leveret|er blevet leveret",
        "har delt … med dig|delte … med dig|har naevnt dig|har tildelt dig en opgave",
    ),
    LanguagePhrases(
        "fi",
        "^automaattinen vastaus|^automaattivastaus|^automaattinen viesti|^poissa*|poissaoloilmoitus"
        "|poissa toimistosta|^poissaolo*|olen poissa|on poissa|^lomalla:|olen lomalla|on lomalla|^loma:|^luettu:"
        "|^lukukuittaus|ei ole toissa|ei tyoskentele enaa",
        "vahvista … sahkoposti*|vahvista … osoit*|vahvista … tili*|vahvista … rekisteroity*|vahvista … tilaus*"
        "|vahvista … kayttajatili*|sahkopostin vahvistus|sahkopostiosoitteen vahvistus"
        "|rekisteroitymisen vahvistus|tilin vahvistus|varmista … sahkoposti*|aktivoi … tili*|tilin aktivointi"
        "|aktivoi … kayttajatili*|^tervetuloa|salasanan palautus|salasanan vaihto|salasanan nollaus"
        "|unohtunut salasana|uusi salasana|palauta … salasana*|vaihda … salasana*|kiitos rekisteroity*"
        "|kiitos ilmoittautumisesta|tilisi on|uusi kirjautuminen|tietoturvailmoitus",
        "vahvistuskoodi*|varmistuskoodi*|turvakoodi*|paasykoodi*|kirjautumiskoodi*|aktivointikoodi*"
        "|kertakayttokoodi*|kertakayttoinen … koodi*|kertakayttoinen salasana|kertakayttosalasana*"
        "|tilapainen salasana|valiaikainen salasana|todennuskoodi*|koodisi|koodisi on|on … koodisi|koodi #",
        "kuittisi|kuitti ostoksesta|maksu vastaanotettu|maksuvahvistus|maksun vahvistus|tilausvahvistus"
        "|tilauksen vahvistus|tilauksesi|tilaus … vastaanotettu|varausvahvistus|varauksen vahvistus"
        "|ajanvarausvahvistus|toimitusvahvistus|kiitos tilauksesta*|kiitos ostoksesta*|kiitos viestista*"
        "|kiitos yhteydenotosta*|kiitos palautteesta*|olemme vastaanottaneet|viestisi on vastaanotettu|pyyntosi"
        "|tukipyynto*|tikettisi|tiketti … luotu|tiketti … avattu|uusi tiketti|hakemuksesi … vastaanotettu"
        "|palvelupyynto*|laskusi on|kopio viestistasi|vastaanottokuittaus",
        "toimitus viivastyi|toimitus viivastynyt|viivasty*|toimitus … viivastynyt|toimitus myohassa|viive*"
        "|yritetaan uudelleen",
        "^toimittamaton*|^ei voi toimittaa|ei voitu toimittaa|ei voida toimittaa|toimitus epaonnistui"
        "|toimittaminen epaonnistui|perille toimittaminen epaonnistui|^toimitusvirhe|toimitusvirhe"
        "|^palautettu posti|^ei toimitettu|ei toimitettu|^toimitustila|^toimituksen tila|epaonnistu*",
        "^toimitettu|^valitetty|toimitus onnistui|toimitettu onnistuneesti|on toimitettu|toimitettiin",
        "jakoi … kanssasi|jakoi sinulle|on jakanut … kanssasi|mainitsi sinut",
    ),
    LanguagePhrases(
        "tr",
        "^otomatik yanıt|^otomatik yanit|^otomatik cevap|^otomatik ileti|^ofis dışı*|^ofis dısı*|^ofis disi"
        "|ofis dışında*|ofis dısında*|ofis dısındayım|ofis disinda*|^ofiste değil|ofiste değil*|ofiste degil*"
        "|^izinde:|izindeyim|izinli*|^yıllık izin:|^tatilde:|tatildeyim|^okundu:|^okundu bilgisi|artık çalışmıyor"
        "|artık calısmıyor",
        "e posta … doğrula*|e posta … dogrula*|e postanızı … onayla*|e posta … onayla*|eposta … onayla*"
        "|eposta … dogrula*|adresinizi … dogrula*|adresinizi … onayla*|adresini … dogrula*|adresini … onayla*"
        "|hesabınızı … dogrula*|hesabınızı … onayla*|hesabınızı … etkinle*|hesabını … dogrula*"
        "|hesabını … etkinle*|hesap … dogrula*|hesap … aktivasyon*|hesap … etkinle*|uyelik … onay*|kayıt … onay*"
        "|kaydınızı … onayla*|kaydınızı … tamamla*|abonelik … onay*|aboneliginizi … onayla*|hos geldiniz"
        "|hos geldin|sifre sıfırla*|sifrenizi … sıfırla*|sifre … yenile*|sifremi unuttum|sifre degisikligi"
        "|yeni sifre|parola … sıfırla*|parolanızı … sıfırla*|kayıt olduğunuz icin|kaydoldugunuz icin"
        "|hesabınız olusturuldu|hesabınız … olusturul*|yeni oturum|guvenlik uyarısı",
        "dogrulama kodu*|onay kodu*|guvenlik kodu*|erisim kodu*|giris kodu*|aktivasyon kodu*|etkinlestirme kodu*"
        "|tek kullanımlık … kod*|tek kullanımlık … sifre*|tek kullanımlık … parola*|tek seferlik … kod*"
        "|gecici sifre*|gecici parola*|kodunuz|dogrulama kodunuz|kod #|sifreniz #",
        "makbuzunuz|fisiniz|odemeniz … alındı|odeme onayı|odeme alındı|odeme makbuzu|siparis onayı|siparisiniz"
        "|siparis … alındı|rezervasyon onayı|randevu onayı|kargo … onayı|siparisiniz icin tesekkur*"
        "|satın aldıgınız icin|bizimle iletisime gectiginiz icin|iletisime gectiginiz icin"
        "|mesajınız icin tesekkur*|mesajınız … alındı|mesajınız alınmıstır|talebiniz … alındı"
        "|talebiniz … alınmıstır|talebiniz*|basvurunuz … alındı|basvurunuz*|destek talebi*|destek kaydı*"
        "|bilet … olusturuldu|kaydınız … olusturuldu|faturanız … hazır|mesajınızın kopyası|aboneliginiz",
        "teslimat gecikti|teslim gecikti|gecikti|gecikme*|gecikmis*|teslim … gecikti|ertelendi|yeniden denenecek"
        "|tekrar denenecek",
        "^teslim edilemedi|teslim edilemedi|teslim edilemiyor|teslim edilemeyen|teslim edilemez|iletilemedi"
        "|^iletilemedi|teslimat basarısız|teslim basarısız*|gonderilemedi|teslimat hatası|teslim hatası"
        "|^geri donen posta|^teslim durumu|^teslimat durumu|^teslim edilmedi|basarısız*",
        "^teslim edildi|^iletildi|^aktarıldı|basarıyla teslim*|teslim edildi|basarıyla iletildi|teslimat basarılı",
        "sizinle … paylasti|seninle … paylasti|sizden bahsetti|size bir gorev atadi",
    ),
    LanguagePhrases(
        "ar",
        "^رد تلقائي|رد تلقائي|الرد التلقائي|^رد آلي|رد آلي|الرد الآلي|^خارج المكتب|خارج المكتب|^إجازة:|في إجازة"
        "|^غير متواجد|غير متواجد|^قراءة:|^مقروءة|^تمت القراءة|لم يعد يعمل",
        "تأكيد … بريدك|تأكيد … البريد|أكد … بريدك|تأكيد … عنوان|تأكيد … التسجيل|تأكيد … حسابك|تأكيد … الحساب"
        "|تأكيد … الاشتراك|تأكيد … اشتراكك|يرجى تأكيد|يرجى التحقق|التحقق من … بريدك|التحقق من … البريد"
        "|التحقق من … حسابك|تحقق من … بريدك|تفعيل … حسابك|تفعيل … الحساب|فعل … حسابك|^مرحبا بك|^مرحبا بكم"
        "|^أهلا بك|^أهلا وسهلا|إعادة تعيين … كلمة*|استعادة كلمة|إعادة ضبط كلمة|نسيت كلمة|كلمة مرور جديدة"
        "|تغيير كلمة المرور|شكرا لتسجيلك|شكرا لاشتراكك|تم إنشاء حسابك|تسجيل دخول جديد|تنبيه أمني",
        "رمز التحقق|رمز التأكيد|رمز الأمان|رمز الدخول|رمز الوصول|رمز التفعيل|رمز تحقق|رمز تسجيل|كود التحقق"
        "|كود التفعيل|كلمة مرور لمرة واحدة|كلمة المرور لمرة واحدة|كلمة مرور مؤقتة|كلمة المرور المؤقتة"
        "|رمز لمرة واحدة|رمزك|هو رمز*|رمز #|رمز المصادقة",
        "إيصالك|إيصال الدفع|تأكيد الطلب|تأكيد طلبك|تأكيد الدفع|تأكيد الحجز|تأكيد حجزك|تأكيد الموعد|طلبك|تم استلام"
        "|تم تأكيد طلبك|لقد استلمنا|استلمنا … رسالتك|استلمنا … طلبك|شكرا لطلبك|شكرا لشرائك|شكرا على طلبك"
        "|شكرا لتواصلك*|شكرا لاتصالك*|شكرا على تواصلك*|شكرا على رسالتك*|شكرا لرسالتك*|تذكرة … جديدة|تذكرتك"
        "|تم إنشاء … تذكرة|تم فتح … تذكرة|تم إغلاق … تذكرة|تذكرة الدعم|نسخة من رسالتك|فاتورتك|دفعتك|اشتراكك",
        "تأخر التسليم|تأخر تسليم|تم تأخير التسليم|تأخير التسليم|تأخير|تأجيل التسليم|مؤجل|متأخر"
        "|ستتم إعادة المحاولة|تأخر",
        "تعذر التسليم|تعذر تسليم|^تعذر|لم يتم التسليم|لم يتم تسليم|غير قابل للتسليم|غير قابلة للتسليم|فشل التسليم"
        "|فشل تسليم|فشل إرسال|فشل|^إشعار حالة التسليم|حالة التسليم",
        "^تم التسليم|تم التسليم|تم تسليم|^تم الترحيل|تم التسليم بنجاح|سلمت بنجاح",
        "شارك … معك|شاركت … معك|قام بمشاركة|قامت بمشاركة",
    ),
    LanguagePhrases(
        "he",
        "^תשובה אוטומטית|תשובה אוטומטית|מענה אוטומטי|^הודעה אוטומטית|הודעת היעדרות|^מחוץ למשרד|מחוץ למשרד"
        "|לא נמצא במשרד|לא נמצאת במשרד|אינני במשרד|לא במשרד|^בחופשה:|בחופשה|נמצא בחופשה|^נקרא:|^אישור קריאה"
        "|כבר לא עובד*",
        "אימות … דואר|אימות … כתובת|אימות … חשבון|אימות … דוא ל|אמת … כתובת|אמת … חשבון|אמת … דוא ל|אמתו … כתובת"
        "|אשר … כתובת|אשר … דוא ל|אשר … חשבון|אשר … הרשמה|אשר … הרישום|אשרו … כתובת|אישור … כתובת|אישור … הרשמה"
        "|אישור … חשבון|אישור … רישום|אישור … מנוי|נא לאשר|נא לאמת|הפעלת … חשבון|הפעל … חשבון|הפעלת … החשבון"
        "|^ברוך הבא|^ברוכים הבאים|^ברוכה הבאה|איפוס … סיסמה|איפוס סיסמא|אפס … סיסמה|שחזור סיסמה|שכחת … סיסמה"
        "|סיסמה חדשה|שינוי סיסמה|תודה שנרשמת*|תודה על ההרשמה|תודה על הרשמתך|החשבון שלך נוצר|כניסה חדשה"
        "|התחברות חדשה|התראת אבטחה",
        "קוד אימות|קוד האימות|קוד אישור|קוד האישור|קוד אבטחה|קוד גישה|קוד כניסה|קוד הכניסה|קוד הפעלה|קוד חד פעמי"
        "|סיסמה חד פעמית|סיסמא חד פעמית|סיסמה זמנית|הקוד שלך|קוד #|קוד התחברות",
        "הקבלה שלך|קבלה על|קבלה עבור|קבלה מס*|אישור הזמנה|אישור ההזמנה|אישור הזמנתך|אישור תשלום|אישור התשלום"
        "|אישור רכישה|אישור קבלת|אישור תור|ההזמנה שלך|הזמנתך|הזמנה … התקבלה|התשלום התקבל|תודה על הזמנתך"
        "|תודה על ההזמנה|תודה על הרכישה|תודה על רכישתך|תודה שפנית*|תודה על פנייתך|תודה על פניתך|תודה על הפנייה"
        "|תודה על הודעתך|קיבלנו את|פנייתך … התקבלה|פנייתך התקבלה|פנייתך|פניתך|הודעתך התקבלה|הפנייה שלך"
        "|קריאה … נפתחה|קריאת שירות|כרטיס … נפתח|כרטיס חדש|העתק ההודעה|עותק … הודעתך|החשבונית שלך|המנוי שלך",
        "המסירה מתעכבת|מסירה מתעכבת|מתעכב*|עיכוב במסירה|עיכוב|מסירה מושהית|נדח*|ניסיון חוזר",
        "לא ניתן למסור|^לא ניתן למסור|לא נמסר*|לא ניתנת למסירה|לא ניתן למסירה|כישלון במסירה|כשל במסירה"
        "|מסירה נכשלה|המסירה נכשלה|שגיאת מסירה|מסירת ההודעה נכשלה|נכשל*|^הודעת מצב מסירה",
        "^נמסר*|^הועבר*|נמסרה בהצלחה|נמסר בהצלחה|המסירה הצליחה|המסירה הושלמה",
        "שיתף … איתך|שיתפה … איתך|שיתף איתך|שיתפה איתך",
    ),
    LanguagePhrases(
        "ja",
        "自動応答|自動返信|自動返答|不在通知|不在のお知らせ|不在届|不在応答|休暇中|外出中|開封済み|開封確認"
        "|離席中|不在です|不在にしております|不在案内",
        "メールアドレスの確認|メールアドレスを確認|メールアドレス…認証|メールアドレス…確認|メール認証"
        "|アカウントの確認|アカウントを確認|アカウント…有効化|アカウント登録|本登録|仮登録|会員登録|登録確認"
        "|登録完了|登録のご確認|登録を完了|ご登録ありがとう|ようこそ|パスワードの再設定|パスワード再設定"
        "|パスワードのリセット|パスワードリセット|パスワードをリセット|パスワード変更|パスワードを変更"
        "|パスワードを忘れ|新しいログイン|新しいデバイス|ログインのお知らせ|ログイン通知|購読の確認|購読確認"
        "|セキュリティ通知|セキュリティ警告",
        "認証コード|確認コード|認証番号|セキュリティコード|ログインコード|アクセスコード|ワンタイムパスワード"
        "|ワンタイムコード|ワンタイムパス|検証コード|仮パスワード|パスコード|暗証番号|アクティベーションコード",
        "領収書|受領書|レシート|ご注文|注文確認|注文受付|注文完了|ご予約|予約確認|予約完了|お支払い…確認"
        "|お支払い…完了|入金確認|ご購入ありがとう|お買い上げ|お問い合わせ…ありがとう|お問い合わせ…受付"
        "|お問い合わせ…受け付け|お問合せ…ありがとう|お問合せ…受付|受付完了|受け付けました|受付しました"
        "|受付いたしました|お申し込み…ありがとう|お申込み…ありがとう|お申し込み受付|ご連絡ありがとう"
        "|発送…お知らせ|発送完了|チケット…作成|チケット…受付|チケット…更新|新しいチケット|請求書…発行|送信完了"
        "|送信内容の控え",
        "配信遅延|配信が遅|配送遅延|配達遅延|遅延|遅れて|再試行|再送信",
        "配信不能|配信不可|配信できません|配信失敗|配信に失敗|配信エラー|配信できなかった|配達できません|配達不能"
        "|送信エラー|送信失敗|送信できません|送信できませんでした|不達|宛先不明|未配信|届きません"
        "|メール配信エラー|エラーメール|配信状態通知|配信状況の通知",
        "配信済み|配信完了|配信されました|配信しました|中継|配達済み|正常に配信|送信完了通知",
        "さんが………を共有しました|さんがあなたと………を共有|さんがあなたをメンション",
    ),
    LanguagePhrases(
        "zh",
        "自动答复|自动回复|自動回覆|自動答覆|自動回復|自動回信|不在办公室|不在辦公室|外出答复|外出回复|外出通知"
        "|休假中|正在休假|休假|已读|已讀|出差中|离开办公室|暂时不在|不在座位",
        "确认您的|确认你的|確認您的|確認你的|请确认…邮箱|请确认…邮件|请确认…地址|验证您的|验证你的|验证邮箱"
        "|邮箱验证|郵箱驗證|電子郵件驗證|邮件验证|驗證您的|驗證你的|验证电子邮件|验证…电子邮件|验证…邮箱"
        "|验证…账号|验证…账户|验证…帐户|驗證…帳戶|驗證…帳號|激活…账号|激活…账户|激活…帐号|激活…帐户|账号激活"
        "|账户激活|帐户激活|啟用…帳戶|啟用…帳號|欢迎加入|欢迎来到|欢迎注册|欢迎使用|歡迎加入|歡迎使用|注册成功"
        "|註冊成功|完成注册|感谢注册|感谢您注册|感谢您的注册|重置密码|密码重置|重設密碼|密碼重設|重设密码"
        "|找回密码|忘记密码|忘記密碼|修改密码|新密码|订阅确认|确认订阅|訂閱確認|新登录|新設備|安全提醒|安全警告"
        "|登录提醒",
        "验证码|驗證碼|确认码|確認碼|安全码|安全碼|动态码|动态密码|校验码|登录码|激活码|啟用碼|一次性密码"
        "|一次性密碼|一次性代码|一次性…码|临时密码|臨時密碼|访问码|认证码",
        "收据|收據|订单确认|訂單確認|您的订单|您的訂單|你的订单|订单已|訂單已|订单号|付款确认|付款成功|支付成功"
        "|支付确认|已收到…付款|预订确认|預訂確認|预约确认|预约成功|感谢您的订购|感谢您的购买|感谢购买"
        "|感謝您的訂購|感謝您的購買|感谢您的来信|感谢您的联系|感谢您联系|感謝您的來信|感謝您的聯絡|感谢您的咨询"
        "|感谢您的留言|已收到您的|我们已收到|我們已收到|您的请求|您的請求|您的申请|您的申請|工单|工單|客服单"
        "|服务请求|发货通知|已发货|您的发票|电子发票|提交成功|您的留言|留言副本",
        "延迟|延遲|延误|延誤|推迟|推遲|传送延迟|投递延迟|稍后重试|重试|重試|暂时无法",
        "无法送达|無法送達|未送达|未送達|无法传递|無法傳遞|无法投递|無法投遞|投递失败|投遞失敗|递送失败|遞送失敗"
        "|传递失败|退信|退回|送达失败|发送失败|傳送失敗|未传递|无法发送|系统退信|邮件退回|未能送达|未能投递"
        "|传递状态通知|傳遞狀態通知|投递状态",
        "已送达|已送達|已传递|已傳遞|已中继|已投递|投递成功|传递成功|传递成功|送达成功|成功送达|已递送",
        "与你共享了|与您共享了|和你共享了|和您共享了|與您共用|與你共用|在评论中提到了你",
    ),
    LanguagePhrases(
        "ko",
        "자동 회신|자동회신|자동 응답|자동응답|자동 답장|부재중|부재 중|부재 알림|휴가 중|휴가중|외출 중|읽음"
        "|수신 확인|자리 비움|출장 중|부재중 메시지",
        "이메일 주소 확인|이메일 주소를 확인|이메일 확인|이메일을 확인|이메일 인증|이메일을 인증|이메일…인증"
        "|메일 인증|계정 확인|계정을 확인|계정 인증|계정을 인증|계정 활성화|계정을 활성화|계정…활성화|회원가입"
        "|회원 가입|가입을 환영|가입 확인|가입 완료|가입해 주셔서|등록 확인|등록을 완료|구독 확인|구독을 확인"
        "|환영합니다|비밀번호 재설정|비밀번호를 재설정|비밀번호 초기화|비밀번호 변경|비밀번호를 변경"
        "|비밀번호 찾기|새 비밀번호|새로운 로그인|새 로그인|로그인 알림|보안 알림|보안 경고",
        "인증 코드|인증코드|인증번호|인증 번호|확인 코드|확인코드|보안 코드|보안코드|로그인 코드|접속 코드"
        "|액세스 코드|활성화 코드|일회용 비밀번호|일회용 코드|일회용 암호|일회용…번호|임시 비밀번호|임시비밀번호"
        "|인증 키",
        "영수증|결제 확인|결제 완료|결제가 완료|결제 내역|주문 확인|주문확인|주문이 접수|주문 접수|주문이 완료"
        "|주문 완료|주문하신|예약 확인|예약이 확정|예약 완료|예약 확정|구매해 주셔서|주문해 주셔서|문의해 주셔서"
        "|문의가 접수|문의 접수|문의하신|문의에 감사|연락 주셔서|연락해 주셔서|메시지가 접수|요청이 접수"
        "|요청 접수|접수되었습니다|접수 완료|접수됐습니다|지원 티켓|티켓…생성|티켓…접수|새 티켓|발송 완료"
        "|배송 안내|배송이 시작|신청이 완료|신청해 주셔서|청구서가|메시지 사본",
        "배달 지연|배달이 지연|전송 지연|전송이 지연|전달 지연|전달이 지연|발송 지연|배달…지연|지연|다시 시도|재시도",
        "배달되지 않|배달되지 못|배달할 수 없|배달 실패|배달에 실패|전송 실패|전송에 실패|전송되지 않|전달되지 않"
        "|전달할 수 없|전달 실패|발송 실패|발송에 실패|보낼 수 없|반송|배달 안 됨|메일 전송 오류|배달 상태 알림"
        "|배달 불가|전송할 수 없",
        "배달됨|배달되었|배달 완료|전달됨|전달되었|전달 완료|릴레이됨|전송 완료|성공적으로 배달|성공적으로 전달"
        "|배달 성공",
        "님이………공유했습니다|님이………공유하였습니다|님이 회원님을 언급",
    ),
)
