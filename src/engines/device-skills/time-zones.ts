import { type CalendarDate, dayNumber } from "./calendar.js";

/** What a wall clock shows. */
export interface WallTime {
  readonly date: CalendarDate;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Wall clocks of the world, through Intl. */
export interface TimeZones {
  /** The zone of the running machine; undefined where the runtime has no Intl (a lite Hermes). */
  readonly own: string | undefined;
  /** What the clock shows in a zone; undefined as zone means the machine's own. */
  at(ms: number, zone: string | undefined): WallTime;
  /** The instants at which a clock there shows this: none in the hour skipped in spring, two in the one repeated in autumn. */
  instants(wall: WallTime, zone: string | undefined): readonly number[];
  /** Minutes ahead of UTC. */
  offsetMinutes(ms: number, zone: string | undefined): number;
}

/** Formatters are slow to make (about 50 µs and more), so each zone's is kept for as long as the skills live. */
export function timeZones(): TimeZones {
  const formatters = new Map<string, Intl.DateTimeFormat>();
  const at = (ms: number, zone: string | undefined): WallTime => {
    if (zone === undefined) return machineTime(ms);
    let formatter = formatters.get(zone);
    if (formatter === undefined) {
      formatter = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        calendar: "gregory",
        numberingSystem: "latn",
        era: "short",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
      formatters.set(zone, formatter);
    }
    const parts: Record<string, string> = {};
    for (const { type, value } of formatter.formatToParts(ms)) parts[type] = value;
    const year = Number(parts["year"]);
    return {
      date: { year: parts["era"] === "BC" ? 1 - year : year, month: Number(parts["month"]), day: Number(parts["day"]) },
      hour: Number(parts["hour"]) % 24,
      minute: Number(parts["minute"]),
      second: Number(parts["second"]),
    };
  };
  const offsetMinutes = (ms: number, zone: string | undefined): number =>
    Math.round((asIfUtc(at(ms, zone)) - Math.floor(ms / 1000) * 1000) / 60_000);
  return {
    own: typeof Intl === "undefined" ? undefined : new Intl.DateTimeFormat().resolvedOptions().timeZone,
    at,
    offsetMinutes,
    instants(wall, zone) {
      const naive = asIfUtc(wall);
      const offsets = new Set([naive - 86_400_000, naive + 86_400_000].map((ms) => offsetMinutes(ms, zone)));
      const candidates = [...offsets].map((offset) => naive - offset * 60_000);
      return candidates.filter((ms) => asIfUtc(at(ms, zone)) === naive).sort((a, b) => a - b);
    },
  };
}

function machineTime(ms: number): WallTime {
  const date = new Date(ms);
  return {
    date: { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() },
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  };
}

function asIfUtc({ date, hour, minute, second }: WallTime): number {
  return dayNumber(date) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** A place whose clock can be told, as a person names it. */
export interface Place {
  readonly name: string;
  readonly zone: string;
}

/** The place of that name; undefined for one that is not in the table, or that has several zones. */
export function findPlace(name: string): Place | undefined {
  const key = name
    .toLowerCase()
    .replace(/[.']/g, "")
    .replace(/^the /, "")
    .replace(/ (?:time|standard time|daylight time|local time)$/, "")
    .trim();
  const zone = Object.hasOwn(ZONES, key) ? ZONES[key] : undefined;
  if (zone === undefined) return undefined;
  const shown =
    key.length <= 4 && !SHORT_NAMES.test(key)
      ? key.toUpperCase()
      : key.replace(/\b[a-zà-ÿ]/g, (letter) => letter.toUpperCase());
  return { name: shown, zone };
}

const SHORT_NAMES =
  /^(?:rome|oslo|riga|lima|bern|bonn|kiev|kyiv|baku|doha|iran|iraq|cuba|peru|oman|bali|nice|cork|perm|ufa|fiji)$/;

/** Cities, countries with one zone, and abbreviations, to IANA zones. What they mean on a day is Intl's to say. */
const ZONES: Readonly<Record<string, string>> = {
  utc: "UTC",
  gmt: "UTC",
  london: "Europe/London",
  uk: "Europe/London",
  england: "Europe/London",
  scotland: "Europe/London",
  wales: "Europe/London",
  britain: "Europe/London",
  manchester: "Europe/London",
  edinburgh: "Europe/London",
  glasgow: "Europe/London",
  dublin: "Europe/Dublin",
  ireland: "Europe/Dublin",
  cork: "Europe/Dublin",
  lisbon: "Europe/Lisbon",
  reykjavik: "Atlantic/Reykjavik",
  iceland: "Atlantic/Reykjavik",
  berlin: "Europe/Berlin",
  germany: "Europe/Berlin",
  munich: "Europe/Berlin",
  hamburg: "Europe/Berlin",
  frankfurt: "Europe/Berlin",
  cologne: "Europe/Berlin",
  stuttgart: "Europe/Berlin",
  bonn: "Europe/Berlin",
  cet: "Europe/Berlin",
  cest: "Europe/Berlin",
  paris: "Europe/Paris",
  lyon: "Europe/Paris",
  nice: "Europe/Paris",
  marseille: "Europe/Paris",
  madrid: "Europe/Madrid",
  barcelona: "Europe/Madrid",
  rome: "Europe/Rome",
  milan: "Europe/Rome",
  italy: "Europe/Rome",
  vienna: "Europe/Vienna",
  austria: "Europe/Vienna",
  zurich: "Europe/Zurich",
  zürich: "Europe/Zurich",
  geneva: "Europe/Zurich",
  bern: "Europe/Zurich",
  switzerland: "Europe/Zurich",
  amsterdam: "Europe/Amsterdam",
  brussels: "Europe/Brussels",
  belgium: "Europe/Brussels",
  copenhagen: "Europe/Copenhagen",
  stockholm: "Europe/Stockholm",
  sweden: "Europe/Stockholm",
  oslo: "Europe/Oslo",
  norway: "Europe/Oslo",
  helsinki: "Europe/Helsinki",
  finland: "Europe/Helsinki",
  tallinn: "Europe/Tallinn",
  riga: "Europe/Riga",
  vilnius: "Europe/Vilnius",
  warsaw: "Europe/Warsaw",
  krakow: "Europe/Warsaw",
  poland: "Europe/Warsaw",
  prague: "Europe/Prague",
  budapest: "Europe/Budapest",
  hungary: "Europe/Budapest",
  bucharest: "Europe/Bucharest",
  romania: "Europe/Bucharest",
  sofia: "Europe/Sofia",
  bulgaria: "Europe/Sofia",
  athens: "Europe/Athens",
  greece: "Europe/Athens",
  belgrade: "Europe/Belgrade",
  zagreb: "Europe/Zagreb",
  kyiv: "Europe/Kyiv",
  kiev: "Europe/Kyiv",
  ukraine: "Europe/Kyiv",
  moscow: "Europe/Moscow",
  "saint petersburg": "Europe/Moscow",
  "st petersburg": "Europe/Moscow",
  istanbul: "Europe/Istanbul",
  turkey: "Europe/Istanbul",
  ankara: "Europe/Istanbul",
  cairo: "Africa/Cairo",
  egypt: "Africa/Cairo",
  lagos: "Africa/Lagos",
  nigeria: "Africa/Lagos",
  accra: "Africa/Accra",
  ghana: "Africa/Accra",
  nairobi: "Africa/Nairobi",
  kenya: "Africa/Nairobi",
  "addis ababa": "Africa/Addis_Ababa",
  johannesburg: "Africa/Johannesburg",
  "cape town": "Africa/Johannesburg",
  "south africa": "Africa/Johannesburg",
  casablanca: "Africa/Casablanca",
  morocco: "Africa/Casablanca",
  algiers: "Africa/Algiers",
  tunis: "Africa/Tunis",
  jerusalem: "Asia/Jerusalem",
  "tel aviv": "Asia/Jerusalem",
  israel: "Asia/Jerusalem",
  beirut: "Asia/Beirut",
  baghdad: "Asia/Baghdad",
  iraq: "Asia/Baghdad",
  riyadh: "Asia/Riyadh",
  "saudi arabia": "Asia/Riyadh",
  doha: "Asia/Qatar",
  qatar: "Asia/Qatar",
  dubai: "Asia/Dubai",
  "abu dhabi": "Asia/Dubai",
  uae: "Asia/Dubai",
  tehran: "Asia/Tehran",
  iran: "Asia/Tehran",
  baku: "Asia/Baku",
  tbilisi: "Asia/Tbilisi",
  yerevan: "Asia/Yerevan",
  kabul: "Asia/Kabul",
  karachi: "Asia/Karachi",
  lahore: "Asia/Karachi",
  islamabad: "Asia/Karachi",
  pakistan: "Asia/Karachi",
  delhi: "Asia/Kolkata",
  "new delhi": "Asia/Kolkata",
  mumbai: "Asia/Kolkata",
  bangalore: "Asia/Kolkata",
  bengaluru: "Asia/Kolkata",
  chennai: "Asia/Kolkata",
  kolkata: "Asia/Kolkata",
  hyderabad: "Asia/Kolkata",
  india: "Asia/Kolkata",
  kathmandu: "Asia/Kathmandu",
  nepal: "Asia/Kathmandu",
  colombo: "Asia/Colombo",
  "sri lanka": "Asia/Colombo",
  dhaka: "Asia/Dhaka",
  bangladesh: "Asia/Dhaka",
  tashkent: "Asia/Tashkent",
  almaty: "Asia/Almaty",
  yangon: "Asia/Yangon",
  bangkok: "Asia/Bangkok",
  thailand: "Asia/Bangkok",
  hanoi: "Asia/Ho_Chi_Minh",
  "ho chi minh city": "Asia/Ho_Chi_Minh",
  vietnam: "Asia/Ho_Chi_Minh",
  jakarta: "Asia/Jakarta",
  bali: "Asia/Makassar",
  singapore: "Asia/Singapore",
  "kuala lumpur": "Asia/Kuala_Lumpur",
  malaysia: "Asia/Kuala_Lumpur",
  manila: "Asia/Manila",
  philippines: "Asia/Manila",
  "hong kong": "Asia/Hong_Kong",
  taipei: "Asia/Taipei",
  taiwan: "Asia/Taipei",
  beijing: "Asia/Shanghai",
  shanghai: "Asia/Shanghai",
  shenzhen: "Asia/Shanghai",
  china: "Asia/Shanghai",
  seoul: "Asia/Seoul",
  "south korea": "Asia/Seoul",
  korea: "Asia/Seoul",
  tokyo: "Asia/Tokyo",
  osaka: "Asia/Tokyo",
  kyoto: "Asia/Tokyo",
  japan: "Asia/Tokyo",
  jst: "Asia/Tokyo",
  perth: "Australia/Perth",
  darwin: "Australia/Darwin",
  adelaide: "Australia/Adelaide",
  brisbane: "Australia/Brisbane",
  sydney: "Australia/Sydney",
  melbourne: "Australia/Melbourne",
  canberra: "Australia/Sydney",
  hobart: "Australia/Hobart",
  auckland: "Pacific/Auckland",
  wellington: "Pacific/Auckland",
  "new zealand": "Pacific/Auckland",
  fiji: "Pacific/Fiji",
  honolulu: "Pacific/Honolulu",
  hawaii: "Pacific/Honolulu",
  anchorage: "America/Anchorage",
  vancouver: "America/Vancouver",
  seattle: "America/Los_Angeles",
  portland: "America/Los_Angeles",
  "san francisco": "America/Los_Angeles",
  sf: "America/Los_Angeles",
  "san diego": "America/Los_Angeles",
  "los angeles": "America/Los_Angeles",
  la: "America/Los_Angeles",
  "las vegas": "America/Los_Angeles",
  california: "America/Los_Angeles",
  pst: "America/Los_Angeles",
  pdt: "America/Los_Angeles",
  pacific: "America/Los_Angeles",
  phoenix: "America/Phoenix",
  denver: "America/Denver",
  "salt lake city": "America/Denver",
  mst: "America/Denver",
  mdt: "America/Denver",
  chicago: "America/Chicago",
  houston: "America/Chicago",
  dallas: "America/Chicago",
  austin: "America/Chicago",
  "new orleans": "America/Chicago",
  cst: "America/Chicago",
  cdt: "America/Chicago",
  "new york": "America/New_York",
  "new york city": "America/New_York",
  nyc: "America/New_York",
  boston: "America/New_York",
  washington: "America/New_York",
  "washington dc": "America/New_York",
  philadelphia: "America/New_York",
  miami: "America/New_York",
  atlanta: "America/New_York",
  detroit: "America/Detroit",
  est: "America/New_York",
  edt: "America/New_York",
  eastern: "America/New_York",
  toronto: "America/Toronto",
  montreal: "America/Toronto",
  ottawa: "America/Toronto",
  halifax: "America/Halifax",
  "mexico city": "America/Mexico_City",
  havana: "America/Havana",
  cuba: "America/Havana",
  panama: "America/Panama",
  bogota: "America/Bogota",
  bogotá: "America/Bogota",
  colombia: "America/Bogota",
  lima: "America/Lima",
  peru: "America/Lima",
  caracas: "America/Caracas",
  venezuela: "America/Caracas",
  santiago: "America/Santiago",
  "buenos aires": "America/Argentina/Buenos_Aires",
  argentina: "America/Argentina/Buenos_Aires",
  montevideo: "America/Montevideo",
  "são paulo": "America/Sao_Paulo",
  "sao paulo": "America/Sao_Paulo",
  "rio de janeiro": "America/Sao_Paulo",
};
