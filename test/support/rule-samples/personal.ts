import type { SampleFamily, Sampler } from "./sampler.js";

const FIRST = "Anna Ben Chloé David Elena Felix Giulia Hugo Ines João Karin Luca Marta Noah Olga Paul Rosa Sven".split(
  " ",
);
const LAST = "Meier Smith Dubois García Rossi Silva de-Vries Novák Larsen Kowalska Papadopoulos Nagy Ivanova".split(
  " ",
);

/** National notation and international notation by country, as each country's plan writes them; `#` is a digit. */
const PHONES: Readonly<Record<string, readonly string[]>> = {
  US: ["(212) 5##-####", "415-6##-####", "+1 303 5## ####", "646.5##.####"],
  CA: ["(416) 5##-####", "+1-604-5##-####"],
  GB: ["020 7### ####", "07### ######", "+44 7### ######", "+44 (0)20 7### ####", "01632 ######"],
  IE: ["01 6## ####", "087 ### ####", "+353 87 ### ####"],
  DE: ["030 ########", "0151 ########", "+49 151 ########", "0221/######", "+49 (0) 89 ######-##"],
  AT: ["0664 #######", "+43 664 #######", "01 #######"],
  CH: ["044 ### ## ##", "079 ### ## ##", "+41 79 ### ## ##"],
  FR: ["06 ## ## ## ##", "01.##.##.##.##", "+33 6 ## ## ## ##"],
  BE: ["0470 ## ## ##", "+32 470 ## ## ##", "02 ### ## ##"],
  NL: ["06-########", "020 ### ####", "+31 6 ########"],
  ES: ["6## ### ###", "91# ### ###", "+34 6## ### ###"],
  PT: ["91# ### ###", "+351 91# ### ###", "21# ### ###"],
  IT: ["33# ### ####", "+39 34# ### ####", "06 #### ####"],
  SE: ["070-### ## ##", "+46 70 ### ## ##", "08-### ## ##"],
  NO: ["9## ## ###", "+47 9## ## ###"],
  DK: ["## ## ## ##", "+45 ## ## ## ##"],
  FI: ["040 #######", "+358 40 #######"],
  PL: ["5## ### ###", "+48 5## ### ###", "22 ### ## ##"],
  CZ: ["6## ### ###", "+420 6## ### ###"],
  HU: ["06 30 ### ####", "+36 30 ### ####"],
  RO: ["07## ### ###", "+40 7## ### ###"],
  GR: ["69# ### ####", "+30 69# ### ####"],
  TR: ["0532 ### ## ##", "+90 532 ### ## ##"],
  RU: ["8 (9##) ###-##-##", "+7 9## ###-##-##"],
  UA: ["067 ### ## ##", "+380 67 ### ## ##"],
  IN: ["98### #####", "+91 98### #####", "022-#### ####"],
  CN: ["138 #### ####", "+86 138 #### ####", "010-########"],
  JP: ["090-####-####", "03-####-####", "+81 90-####-####"],
  KR: ["010-####-####", "+82 10-####-####"],
  SG: ["9### ####", "+65 9### ####"],
  AU: ["04## ### ###", "(02) 9### ####", "+61 4## ### ###"],
  NZ: ["021 ### ####", "+64 21 ### ####"],
  BR: ["(11) 9####-####", "+55 11 9####-####", "11 9####-####"],
  MX: ["55 #### ####", "+52 55 #### ####"],
  AR: ["011 ####-####", "+54 9 11 ####-####"],
  ZA: ["082 ### ####", "+27 82 ### ####"],
  NG: ["0803 ### ####", "+234 803 ### ####"],
  IL: ["05#-###-####", "+972 5#-###-####"],
  AE: ["050 ### ####", "+971 50 ### ####"],
  PH: ["0917 ### ####", "+63 917 ### ####"],
};

const PHONE_SAID = [
  "call me at {v}",
  "my phone number is {v}",
  "Tel: {v}",
  "you can reach {n} on {v} after six",
  "mobile: {v}",
  "{n}, phone {v}, wants a callback",
  "text me on {v} when you arrive",
  "WhatsApp {v}",
  "Write an SMS to {v} that I am late",
  "her number is {v}",
  "Meine Handynummer ist {v}",
  "Ruf mich unter {v} an",
  "mon numéro de téléphone est le {v}",
  "appelle-moi au {v}",
  "mi teléfono es {v}",
  "llámame al {v}",
  "il mio numero di cellulare è {v}",
  "chiamami al {v}",
  "meu telefone é {v}",
  "me liga no {v}",
  "mijn telefoonnummer is {v}",
  "bel me op {v}",
  "fax {v}",
  "{n}\n{v}\n{e}",
  "save this contact: {n} {v}",
];

const ADDRESSES: readonly (readonly string[])[] = [
  [
    "{#} Maple Street, Springfield, IL 62704",
    "{#} W 42nd St Apt 5B, New York, NY 10036",
    "{#} Oak Ridge Dr, Austin TX 78701",
    "PO Box {#}, Reno, NV 89501",
  ],
  ["{#} Church Lane, Bristol BS1 4DJ", "Flat 3, {#} Victoria Road, London SW19 1AB", "{#} The Crescent, York YO1 7HH"],
  [
    "Hauptstraße {#}, 10115 Berlin",
    "Goethestr. {#}, 80336 München",
    "Am Markt {#}, 28195 Bremen",
    "Lindenweg {#}a, 50667 Köln",
  ],
  [
    "{#} rue de la République, 69002 Lyon",
    "{#} avenue Victor Hugo, 75016 Paris",
    "{#} bis, boulevard Voltaire, 75011 Paris",
  ],
  [
    "Calle Mayor {#}, 28013 Madrid",
    "C/ Alcalá {#}, 3º B, 28014 Madrid",
    "Avenida de la Constitución {#}, 41001 Sevilla",
  ],
  ["Via Roma {#}, 20121 Milano", "Corso Garibaldi {#}, 10122 Torino", "Piazza Dante {#}, 80135 Napoli"],
  ["Rua das Flores {#}, 1200-195 Lisboa", "Avenida Paulista {#}, São Paulo - SP, 01310-100"],
  ["Keizersgracht {#}, 1015 CN Amsterdam", "Dorpsstraat {#}, 3511 AB Utrecht"],
  ["Bahnhofstrasse {#}, 8001 Zürich", "Mariahilfer Straße {#}, 1060 Wien"],
  [
    "{#} Queen Street West, Toronto, ON M5V 2A2",
    "{#} Collins St, Melbourne VIC 3000",
    "ul. Marszałkowska {#}, 00-590 Warszawa",
    "Storgatan {#}, 111 23 Stockholm",
  ],
];

const ADDRESS_SAID = [
  "I live at {v}",
  "my address is {v}",
  "ship it to {v}",
  "please send the parcel to {n}, {v}",
  "{n}\n{v}",
  "Directions from {v} to the airport?",
  "The burglary happened at {v}.",
  "home address: {v}",
  "Ich wohne in der {v}",
  "Meine Adresse: {v}",
  "J'habite {v}",
  "mon adresse est {v}",
  "vivo en {v}",
  "mi dirección es {v}",
  "abito in {v}",
  "il mio indirizzo è {v}",
  "moro na {v}",
  "meu endereço: {v}",
  "ik woon op {v}",
  "mijn adres is {v}",
  "Fill in this form for me. Name: {n}. Address: {v}.",
  "The invoice goes to {v}",
];

const BIRTH_SAID = [
  "I was born on {d}",
  "DOB: {d}",
  "date of birth {d}",
  "my birthday is {d}",
  "{n}, born {d}, applies for the job",
  "birth date: {d}",
  "Patient: {n} (dob {d})",
  "My son was born on {d}",
  "Geburtsdatum: {d}",
  "Ich bin am {d} geboren",
  "geb. {d}",
  "geboren am {d} in Ulm",
  "né le {d} à Lyon",
  "je suis née le {d}",
  "date de naissance : {d}",
  "fecha de nacimiento: {d}",
  "nací el {d}",
  "nacida el {d}",
  "data di nascita: {d}",
  "sono nato il {d}",
  "nata il {d} a Roma",
  "data de nascimento: {d}",
  "nasci em {d}",
  "geboortedatum: {d}",
  "ik ben geboren op {d}",
];

function date(s: Sampler): string {
  const day = s.between(1, 28);
  const month = s.between(1, 12);
  const year = s.between(1940, 2015);
  const two = (n: number): string => String(n).padStart(2, "0");
  const name = "January February March April May June July August September October November December".split(" ")[
    month - 1
  ]!;
  return s.pick([
    `${two(day)}/${two(month)}/${year}`,
    `${two(day)}.${two(month)}.${year}`,
    `${year}-${two(month)}-${two(day)}`,
    `${day} ${name} ${year}`,
    `${name} ${day}, ${year}`,
    `${day}.${month}.${String(year).slice(2)}`,
    `${name.slice(0, 3)} ${day} ${year}`,
    `${two(day)}-${two(month)}-${year}`,
  ]);
}

function luhn(digits: string): string {
  for (let check = 0; check < 10; check++) {
    let sum = 0;
    const all = `${digits}${check}`;
    for (let index = 0; index < all.length; index++) {
      let digit = Number(all[all.length - 1 - index]);
      if (index % 2 === 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sum += digit;
    }
    if (sum % 10 === 0) return all;
  }
  throw new Error("Cannot happen: one of ten digits satisfies the check");
}

function card(s: Sampler): string {
  const digits = s.pick([
    () => luhn(`4${s.digits(14)}`),
    () => luhn(`5${s.between(1, 5)}${s.digits(13)}`),
    () => luhn(`3${s.pick(["4", "7"])}${s.digits(12)}`),
    () => luhn(`6011${s.digits(11)}`),
    () => luhn(`35${s.between(30, 88)}${s.digits(11)}`),
  ])();
  const groups = digits.length === 15 ? /(\d{4})(\d{6})(\d{5})/ : /(\d{4})(\d{4})(\d{4})(\d{4})/;
  return s.pick([
    digits,
    digits.replace(groups, "$1 $2 $3 $4").trim(),
    digits.replace(groups, "$1-$2-$3-$4").replace(/-$/, ""),
  ]);
}

const IBANS = [
  `DE##${"#".repeat(18)}`,
  `FR##${"#".repeat(23)}`,
  `ES##${"#".repeat(20)}`,
  `GB##WEST${"#".repeat(14)}`,
  `NL##INGB${"#".repeat(10)}`,
  `CH##${"#".repeat(17)}`,
  `AT##${"#".repeat(16)}`,
  `PT##${"#".repeat(21)}`,
  `IT##X${"#".repeat(22)}`,
  `BE##${"#".repeat(12)}`,
];

function iban(s: Sampler): string {
  const filled = s.fill(s.pick(IBANS));
  const body = filled.slice(4);
  const country = filled.slice(0, 2);
  const number = [...`${body}${country}00`].map((c) => (/\d/.test(c) ? c : String(c.charCodeAt(0) - 55))).join("");
  const check = String(98n - (BigInt(number) % 97n)).padStart(2, "0");
  const whole = `${country}${check}${body}`;
  return s.chance(0.5) ? whole : whole.replace(/(.{4})(?=.)/g, "$1 ");
}

const person = (s: Sampler): string => `${s.pick(FIRST)} ${s.pick(LAST).replace("-", " ")}`;

function email(s: Sampler): string {
  const local = s
    .pick([
      () => `${s.pick(FIRST)}.${s.pick(LAST)}`,
      () => `${s.pick(FIRST)}${s.digits(2)}`,
      () => `${s.pick(LAST)}_${s.pick(FIRST)}`,
    ])()
    .normalize("NFD")
    .replace(/[^\w.]/g, "")
    .toLowerCase();
  return `${local}@${s.pick(["gmail.com", "web.de", "orange.fr", "acme-corp.io", "uni-ulm.de", "mail.co.uk"])}`;
}

/** Families of personal data. */
export const personalFamilies: readonly SampleFamily[] = [
  {
    name: "phone",
    make: (s) =>
      s
        .pick(PHONE_SAID)
        .replace("{v}", () => s.fill(s.pick(s.pick(Object.values(PHONES)))))
        .replace("{n}", () => person(s))
        .replace("{e}", () => email(s)),
  },
  {
    name: "street address",
    make: (s) =>
      s
        .pick(ADDRESS_SAID)
        .replace("{v}", () => s.pick(s.pick(ADDRESSES)).replace("{#}", String(s.between(2, 299))))
        .replace("{n}", () => person(s)),
  },
  {
    name: "date of birth",
    make: (s) =>
      s
        .pick(BIRTH_SAID)
        .replace("{d}", () => date(s))
        .replace("{n}", () => person(s)),
  },
  {
    name: "card",
    make: (s) =>
      s
        .pick([
          "pay with {v}",
          "my card number is {v} exp 04/29",
          "{v}",
          "Visa {v}",
          "Karte: {v}",
          "charge {v} please",
          '"pan": "{v}"',
        ])
        .replace("{v}", () => card(s)),
  },
  {
    name: "IBAN",
    make: (s) =>
      s
        .pick(["my iban is {v}", "überweise 50 Euro an {v}", "{v}", "IBAN: {v}.", "virement sur {v}, merci"])
        .replace("{v}", () => iban(s)),
  },
  {
    name: "e-mail",
    make: (s) =>
      s
        .pick(["write to {v}", "{v}", "cc: {v};", "<{v}>", "schick es an {v}.", "contact,{v},active", "mailto:{v}"])
        .replace("{v}", () => email(s)),
  },
  {
    name: "public IP",
    make: (s) =>
      s
        .pick([
          "my ip is {v}",
          "ssh root@{v}",
          "the server {v} does not answer",
          "GET / from {v}",
          "ping {v}",
          "banned {v} for abuse",
        ])
        .replace("{v}", () =>
          s.chance(0.7)
            ? `${s.pick([84, 91, 145, 178, 185, 217])}.${s.between(1, 254)}.${s.between(0, 255)}.${s.between(1, 254)}`
            : `2a0${s.between(0, 9)}:${s.hex(4)}:${s.hex(4)}::${s.hex(4)}`,
        ),
  },
  {
    name: "US SSN",
    make: (s) =>
      s
        .pick(["my ssn is {v}", "SSN {v}", "social security number: {v}", "{v}", "his social is {v}"])
        .replace("{v}", () => `${s.between(100, 665)}-${s.between(10, 99)}-${s.between(1000, 9999)}`),
  },
];
