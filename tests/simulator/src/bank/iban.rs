//! IBANs with true check digits, in the country of the fakes.

/// The IBAN of the `index`th account behind `number`.
pub(super) fn iban(number: u64, index: usize) -> String {
    let bban = format!("{:012}{:04}", number % 1_000_000_000_000, index);
    // X = 33, F = 15; the check digits stand as 00 while they are computed.
    let remainder = format!("{bban}331500")
        .bytes()
        .fold(0_u32, |sum, digit| (sum * 10 + u32::from(digit - b'0')) % 97);
    format!("XF{:02}{bban}", 98 - remainder)
}

#[cfg(test)]
mod tests {
    use super::iban;

    #[test]
    fn the_check_digits_leave_one() {
        for (number, index) in [(0, 0), (1, 1), (999_999_999_999, 9_999), (u64::MAX, 3)] {
            let text = iban(number, index);
            let (head, tail) = text.split_at(4);
            let digits = format!("{tail}3315{}", &head[2..]);
            let sum = digits.bytes().fold(0_u32, |s, d| (s * 10 + u32::from(d - b'0')) % 97);
            assert_eq!((sum, text.len()), (1, 20), "{text}");
        }
    }
}
