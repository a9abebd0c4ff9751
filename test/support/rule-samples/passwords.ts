import { BASE36, LOWER, type SampleFamily, type Sampler, UPPER } from "./sampler.js";

const WORDS =
  "river copper meadow falcon winter marble candle orbit pepper lantern willow thunder velvet harbor cobalt maple".split(
    " ",
  );
const CAPITALS = WORDS.map((word) => word[0]!.toUpperCase() + word.slice(1));

/** A password as people make them up. */
export function password(s: Sampler): string {
  return s.pick([
    () => `${s.pick(CAPITALS)}${s.between(1950, 2026)}${s.pick(["!", "?", "#", "$", "*", ""])}`,
    () => `${s.pick(WORDS)}${s.digits(s.between(2, 4))}`,
    () => `${s.pick(CAPITALS)}${s.pick(["&", "+", "@", "_", "-"])}${s.pick(CAPITALS)}${s.digits(2)}`,
    () => s.token(s.between(10, 16)),
    () => `${s.token(6)}${s.pick(["!", "%", "&", "=", "?"])}${s.token(5)}`,
    () => `${s.pick(WORDS)}-${s.pick(WORDS)}-${s.pick(WORDS)}-${s.digits(2)}`,
    () => `${s.pick(["P@ssw0rd", "S0mm3r", "Qw3rty", "L3tm31n", "Tr0ub4d0r"])}${s.digits(2)}`,
    () => `${s.text(4, LOWER)}${s.text(2, UPPER)}${s.digits(4)}${s.pick(["#", "!", "~"])}`,
  ])();
}

const PASSWORD: Readonly<Record<string, readonly string[]>> = {
  en: [
    "my password is {p}",
    "The wifi password at home is {p}, remember it",
    "my gmail password: {p}",
    "password for the router = {p}",
    "I set the admin password to {p}, is that strong enough?",
    "is {p} a good password?",
    "Is the password {p} secure?",
    "I changed my Netflix password to {p}",
    "login: maria / {p}",
    "username maria password {p}",
    "user: maria pass: {p}",
    "user maria, pw {p}",
    "Our Wi-Fi is called Attic and the key is {p}",
    "the passphrase of my ssh key is {p}",
    'my new password will be "{p}"',
    "How long would it take to crack my password {p}?",
    "here are the credentials for the staging box: deploy / {p}",
    "please log in as admin with {p}",
    "you can sign in with the password {p}",
    "my laptop unlocks with {p}",
    "The old password was {p} and the new one is the same with a 7 at the end",
    "remember that my banking password is {p}",
    "Write an email to Tom saying that the vault password is now {p}.",
    "pwd={p}",
    "My Apple ID password ({p}) stopped working",
    "use {p} as the password for the zip",
    "WPA2 key: {p}",
    "the encryption passphrase — {p} — must not be lost",
    "i keep forgetting my password which is {p} lol",
    "temp password {p} please change after login",
  ],
  de: [
    "Mein Passwort lautet {p}",
    "mein passwort ist {p}, ist das sicher?",
    "Das WLAN-Passwort ist {p}",
    "WLAN-Schlüssel: {p}",
    "Kennwort: {p}",
    "Ich habe das Kennwort auf {p} geändert",
    "Benutzername anna, Passwort {p}",
    "Zugangsdaten: anna / {p}",
    "Das Admin-Passwort für den Router heißt {p}",
    "Ist {p} ein gutes Passwort?",
    "Merk dir bitte mein Passwort: {p}",
    "Mein neues Passwort für die Bank wird {p}",
    "Die Passphrase meines Schlüssels ist {p}",
    "Schreib Tom, dass das Passwort jetzt {p} ist",
    "Mit {p} als Passwort komme ich nicht rein",
    "Login ist anna, PW: {p}",
  ],
  fr: [
    "mon mot de passe est {p}",
    "Le mot de passe du wifi est {p}",
    "mdp : {p}",
    "Mot de passe: {p}",
    "J'ai changé mon mot de passe en {p}",
    "identifiant marie, mot de passe {p}",
    "est-ce que {p} est un bon mot de passe ?",
    "la clé wifi c'est {p}",
    "Mon code wifi est {p}",
    "Voici mes identifiants : marie / {p}",
    "le nouveau mot de passe sera {p}",
    "mon mot de passe Gmail, c'est {p}",
  ],
  es: [
    "mi contraseña es {p}",
    "La contraseña del wifi es {p}",
    "contraseña: {p}",
    "mi clave es {p}",
    "He cambiado mi contraseña a {p}",
    "usuario maria, contraseña {p}",
    "¿Es {p} una buena contraseña?",
    "la clave del wifi: {p}",
    "mis credenciales son maria / {p}",
    "la nueva contraseña será {p}",
    "Puse {p} como contraseña del router",
    "Recuerda mi contraseña de Netflix: {p}",
  ],
  it: [
    "la mia password è {p}",
    "La password del wifi è {p}",
    "password: {p}",
    "Ho cambiato la password in {p}",
    "nome utente maria, password {p}",
    "{p} è una buona password?",
    "la chiave del wifi è {p}",
    "le mie credenziali sono maria / {p}",
    "la parola d'ordine è {p}",
    "la nuova password sarà {p}",
    "Ricordati la mia password di Gmail: {p}",
  ],
  pt: [
    "minha senha é {p}",
    "A senha do wifi é {p}",
    "senha: {p}",
    "Mudei minha senha para {p}",
    "usuário maria, senha {p}",
    "{p} é uma boa senha?",
    "a palavra-passe é {p}",
    "as minhas credenciais são maria / {p}",
    "a nova senha será {p}",
    "a senha do roteador agora é {p}",
    "Lembre-se da minha senha do banco: {p}",
  ],
  nl: [
    "mijn wachtwoord is {p}",
    "Het wifi-wachtwoord is {p}",
    "wachtwoord: {p}",
    "Ik heb mijn wachtwoord veranderd in {p}",
    "gebruikersnaam anna, wachtwoord {p}",
    "Is {p} een goed wachtwoord?",
    "de wifi-code is {p}",
    "mijn inloggegevens zijn anna / {p}",
    "het nieuwe wachtwoord wordt {p}",
    "Onthoud mijn wachtwoord van de bank: {p}",
    "het wachtwoord van de router luidt {p}",
  ],
};

const PIN: readonly string[] = [
  "my debit card PIN is {c}",
  "PIN: {c}",
  "the pin for my phone is {c}",
  "The alarm code is {c}, don't forget",
  "the code to the front door is {c}",
  "garage door code {c}",
  "my SIM pin is {c} and I have two tries left",
  "the safe opens with {c}",
  "gate code: {c}",
  "my iPhone passcode is {c}",
  "the combination of my locker is {c}",
  "voicemail pin {c}",
  "PUK {l}",
  "meine PIN ist {c}",
  "Die PIN meiner EC-Karte lautet {c}",
  "Der Türcode ist {c}",
  "Geheimzahl {c}",
  "der Code für die Haustür ist {c}",
  "Mein Handy-PIN: {c}",
  "mon code PIN est {c}",
  "le code de la porte est {c}",
  "le digicode, c'est {c}",
  "code de carte bleue : {c}",
  "mi pin es {c}",
  "el código de la puerta es {c}",
  "el PIN de mi tarjeta es {c}",
  "il mio pin è {c}",
  "il PIN del bancomat è {c}",
  "il codice del cancello è {c}",
  "meu pin é {c}",
  "a senha do cartão é {c}",
  "o código do portão é {c}",
  "mijn pincode is {c}",
  "de code van de voordeur is {c}",
  "mijn pin is {c}",
];

const ONE_TIME: readonly string[] = [
  "Your verification code is {o}. Do not share it with anyone.",
  "G-{o} is your Google verification code.",
  "{o} is your Amazon OTP. Do not share it.",
  "the 2fa code is {o}",
  "Use {o} to log in to your account. It expires in 10 minutes.",
  "my authenticator shows {o}",
  "they sent me the code {o}, should I tell them?",
  "one-time password: {o}",
  "OTP {o}",
  "security code: {o}",
  "Your WhatsApp code: {h}",
  "Enter {o} to confirm your sign-in",
  "Dein Bestätigungscode lautet {o}",
  "{o} ist dein Sicherheitscode",
  "TAN: {o}",
  "Ihre mTAN lautet {o}",
  "Votre code de vérification est {o}",
  "{o} est votre code de confirmation",
  "Tu código de verificación es {o}",
  "{o} es tu código de seguridad",
  "Il tuo codice di verifica è {o}",
  "O seu código de verificação é {o}",
  "seu código de segurança: {o}",
  "Je verificatiecode is {o}",
  "{o} is je beveiligingscode",
];

/** The first part of the English BIP-39 list (CC0), enough to make phrases that look like wallets'. */
const BIP39 =
  "abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor actress actual adapt add addict address adjust admit adult advance advice aerobic affair afford afraid again age agent agree ahead aim air airport aisle alarm album alcohol alert alien all alley allow almost alone alpha already also alter always amateur amazing among amount amused analyst anchor ancient anger angle angry animal ankle announce annual another answer antenna antique anxiety any apart apology appear apple approve april arch arctic area arena argue arm armed armor army around arrange arrest arrive arrow art artefact artist artwork ask aspect assault asset assist assume asthma athlete atom attack attend attitude attract auction audit august aunt author auto autumn average avocado avoid awake aware away awesome awful awkward axis baby bachelor bacon badge bag balance balcony ball bamboo banana banner bar barely bargain barrel base basic basket battle beach bean beauty because become beef before begin behave behind believe below belt bench benefit best betray better between beyond bicycle bid bike bind biology bird birth bitter black blade blame blanket blast bleak bless blind blood blossom blouse blue blur blush board boat body boil bomb bone bonus book boost border boring borrow boss bottom bounce box boy bracket brain brand brass brave bread breeze brick bridge brief bright bring brisk broccoli broken bronze broom brother brown brush bubble buddy budget buffalo build bulb bulk bullet bundle bunker burden burger burst bus business busy butter buyer buzz cabbage cabin cable cactus cage cake call calm camera camp can canal cancel candy cannon canoe canvas canyon capable capital captain car carbon card cargo carpet carry cart case cash casino castle casual cat catalog catch category cattle caught cause caution cave ceiling celery cement census century cereal certain chair chalk champion change chaos chapter charge chase chat cheap check cheese chef cherry chest chicken chief child chimney choice choose chronic chuckle chunk churn cigar cinnamon circle citizen city civil claim clap clarify claw clay clean clerk clever click client cliff climb clinic clip clock clog close cloth cloud clown club clump cluster clutch coach coast coconut code coffee coil coin collect color column combine come comfort comic common company concert conduct confirm congress connect consider control convince cook cool copper copy coral core corn correct cost cotton couch country couple course cousin cover coyote crack cradle craft cram crane crash crater crawl crazy cream credit creek crew cricket crime crisp critic crop cross crouch crowd crucial cruel cruise crumble crunch crush cry crystal cube culture cup cupboard curious current curtain curve cushion custom cute cycle".split(
    " ",
  );

const SEED: readonly string[] = [
  "my seed phrase is {s}",
  "Seed phrase: {s}",
  "I wrote down these 12 words for my wallet: {s}",
  "recovery phrase {s} doesn't restore my MetaMask",
  "Metamask backup\n{n}",
  "Ledger recovery words:\n{n}",
  "here is my mnemonic: {s}",
  "is this mnemonic valid? {s}",
  "{s} - this restores my Trezor",
  "I try to import {s} into my wallet and get an error",
  "Meine Seed-Phrase lautet {s}",
  "Wiederherstellungsphrase: {s}",
  "les mots de récupération de mon portefeuille : {s}",
  "mi frase semilla es {s}",
  "la mia frase di recupero è {s}",
  "minha frase de recuperação: {s}",
  "mijn herstelzin is {s}",
  "bip39: {s}",
  "Can you derive the address for {s}",
  "{s}",
];

const RECOVERY: readonly string[] = [
  "my GitHub recovery codes:\n{r}",
  "Backup codes for Google:\n{r}",
  "save these recovery codes {r}",
  "2FA backup codes: {r}",
  "these are the scratch codes of my account: {r}",
  "Wiederherstellungscodes:\n{r}",
  "Meine Backup-Codes: {r}",
  "codes de secours : {r}",
  "codes de récupération\n{r}",
  "códigos de recuperación: {r}",
  "códigos de respaldo: {r}",
  "codici di backup: {r}",
  "códigos de backup: {r}",
  "herstelcodes: {r}",
  "emergency codes for my bank\n{r}",
  "One of my recovery codes is {1}, how do I use it?",
];

function recoveryCode(s: Sampler): () => string {
  return s.pick([
    () => `${s.token(5, BASE36)}-${s.token(5, BASE36)}`,
    () => `${s.digits(4)} ${s.digits(4)}`,
    () => s.digits(8),
    () => s.token(10, BASE36),
    () => `${s.token(4, UPPER + BASE36.slice(0, 10))}-${s.token(4, UPPER + BASE36.slice(0, 10))}-${s.digits(4)}`,
  ]);
}

/** Families of secrets that people write in sentences. */
export const passwordFamilies: readonly SampleFamily[] = [
  ...Object.entries(PASSWORD).map(([language, templates]) => ({
    name: `password (${language})`,
    make: (s: Sampler) => s.pick(templates).replaceAll("{p}", () => password(s)),
  })),
  {
    name: "PIN and door code",
    make: (s) =>
      s
        .pick(PIN)
        .replace("{c}", () => s.digits(s.pick([4, 4, 4, 6])))
        .replace("{l}", () => s.digits(8)),
  },
  {
    name: "one-time code",
    make: (s) =>
      s
        .pick(ONE_TIME)
        .replace("{o}", () => s.digits(s.pick([6, 6, 5, 8])))
        .replace("{h}", () => `${s.digits(3)}-${s.digits(3)}`),
  },
  {
    name: "seed phrase",
    make: (s) => {
      const words = s.some(BIP39, s.pick([12, 12, 24]));
      return s
        .pick(SEED)
        .replace("{s}", () => words.join(s.pick([" ", " ", ", "])))
        .replace("{n}", () => words.map((word, index) => `${index + 1}. ${word}`).join("\n"));
    },
  },
  {
    name: "recovery codes",
    make: (s) => {
      const code = recoveryCode(s);
      const codes = Array.from({ length: s.between(4, 8) }, code);
      return s
        .pick(RECOVERY)
        .replace("{r}", () => codes.join(s.pick(["\n", ", ", " "])))
        .replace("{1}", code);
    },
  },
];
