//! Sixty countries with banks.

use super::names::{ASIAN, ENGLISH, FRENCH, GERMAN, LATIN, NORDIC, SLAVIC, Style};

/// A country with banks.
pub(super) struct Country {
    /// ISO 3166-1 alpha-2.
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) timezone: &'static str,
    /// Its share of all banks.
    pub(super) weight: u64,
    pub(super) style: &'static Style,
}

const fn country(
    code: &'static str,
    name: &'static str,
    timezone: &'static str,
    weight: u64,
    style: &'static Style,
) -> Country {
    Country { code, name, timezone, weight, style }
}

/// Sixty countries, the largest first.
pub(super) const COUNTRIES: &[Country] = &[
    country("DE", "Germany", "Europe/Berlin", 1_400, &GERMAN),
    country("AT", "Austria", "Europe/Vienna", 480, &GERMAN),
    country("GB", "United Kingdom", "Europe/London", 430, &ENGLISH),
    country("IT", "Italy", "Europe/Rome", 380, &LATIN),
    country("FR", "France", "Europe/Paris", 330, &FRENCH),
    country("PL", "Poland", "Europe/Warsaw", 300, &SLAVIC),
    country("ES", "Spain", "Europe/Madrid", 260, &LATIN),
    country("US", "United States", "America/New_York", 240, &ENGLISH),
    country("DK", "Denmark", "Europe/Copenhagen", 150, &NORDIC),
    country("SE", "Sweden", "Europe/Stockholm", 140, &NORDIC),
    country("NO", "Norway", "Europe/Oslo", 140, &NORDIC),
    country("FI", "Finland", "Europe/Helsinki", 130, &NORDIC),
    country("CH", "Switzerland", "Europe/Zurich", 120, &GERMAN),
    country("PT", "Portugal", "Europe/Lisbon", 90, &LATIN),
    country("NL", "Netherlands", "Europe/Amsterdam", 80, &ENGLISH),
    country("BE", "Belgium", "Europe/Brussels", 80, &FRENCH),
    country("IE", "Ireland", "Europe/Dublin", 70, &ENGLISH),
    country("CZ", "Czechia", "Europe/Prague", 70, &SLAVIC),
    country("RO", "Romania", "Europe/Bucharest", 60, &LATIN),
    country("HU", "Hungary", "Europe/Budapest", 60, &SLAVIC),
    country("VN", "Vietnam", "Asia/Ho_Chi_Minh", 60, &ASIAN),
    country("SK", "Slovakia", "Europe/Bratislava", 50, &SLAVIC),
    country("BG", "Bulgaria", "Europe/Sofia", 50, &SLAVIC),
    country("HR", "Croatia", "Europe/Zagreb", 50, &SLAVIC),
    country("AU", "Australia", "Australia/Sydney", 50, &ENGLISH),
    country("CA", "Canada", "America/Toronto", 50, &ENGLISH),
    country("GR", "Greece", "Europe/Athens", 40, &LATIN),
    country("UA", "Ukraine", "Europe/Kyiv", 40, &SLAVIC),
    country("LU", "Luxembourg", "Europe/Luxembourg", 40, &FRENCH),
    country("SI", "Slovenia", "Europe/Ljubljana", 30, &SLAVIC),
    country("LT", "Lithuania", "Europe/Vilnius", 30, &SLAVIC),
    country("LV", "Latvia", "Europe/Riga", 30, &SLAVIC),
    country("EE", "Estonia", "Europe/Tallinn", 30, &NORDIC),
    country("RS", "Serbia", "Europe/Belgrade", 30, &SLAVIC),
    country("NZ", "New Zealand", "Pacific/Auckland", 30, &ENGLISH),
    country("IN", "India", "Asia/Kolkata", 30, &ASIAN),
    country("TR", "Türkiye", "Europe/Istanbul", 30, &ASIAN),
    country("SG", "Singapore", "Asia/Singapore", 20, &ASIAN),
    country("TH", "Thailand", "Asia/Bangkok", 20, &ASIAN),
    country("MY", "Malaysia", "Asia/Kuala_Lumpur", 20, &ASIAN),
    country("PH", "Philippines", "Asia/Manila", 20, &ASIAN),
    country("ID", "Indonesia", "Asia/Jakarta", 20, &ASIAN),
    country("HK", "Hong Kong", "Asia/Hong_Kong", 20, &ASIAN),
    country("AE", "United Arab Emirates", "Asia/Dubai", 20, &ASIAN),
    country("BR", "Brazil", "America/Sao_Paulo", 20, &LATIN),
    country("MX", "Mexico", "America/Mexico_City", 20, &LATIN),
    country("CO", "Colombia", "America/Bogota", 15, &LATIN),
    country("CL", "Chile", "America/Santiago", 15, &LATIN),
    country("MD", "Moldova", "Europe/Chisinau", 15, &LATIN),
    country("MK", "North Macedonia", "Europe/Skopje", 15, &SLAVIC),
    country("BA", "Bosnia and Herzegovina", "Europe/Sarajevo", 15, &SLAVIC),
    country("ME", "Montenegro", "Europe/Podgorica", 10, &SLAVIC),
    country("AL", "Albania", "Europe/Tirane", 10, &LATIN),
    country("IS", "Iceland", "Atlantic/Reykjavik", 10, &NORDIC),
    country("MT", "Malta", "Europe/Malta", 10, &ENGLISH),
    country("CY", "Cyprus", "Asia/Nicosia", 10, &ENGLISH),
    country("LI", "Liechtenstein", "Europe/Vaduz", 5, &GERMAN),
    country("MC", "Monaco", "Europe/Monaco", 5, &FRENCH),
    country("IL", "Israel", "Asia/Jerusalem", 5, &ASIAN),
    country("ZA", "South Africa", "Africa/Johannesburg", 5, &ENGLISH),
];
