//! What an end user reads: every next action as a sentence, in each language.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::next_action::NextAction;

/// A language that every sentence is complete in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English; what every other language falls back to.
    #[default]
    En,
    /// Vietnamese.
    Vi,
}

impl FromStr for Locale {
    type Err = std::convert::Infallible;

    /// A language tag: its first part decides, and what we do not speak is English.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let language = tag.split(['-', '_']).next().unwrap_or("");
        Ok(if language.eq_ignore_ascii_case("vi") { Self::Vi } else { Self::En })
    }
}

impl Locale {
    /// The first language of an `Accept-Language` header that we speak, else this one.
    #[must_use]
    pub fn or_preferred(self, accept_language: &str) -> Self {
        let tags = accept_language.split(',').map(|tag| tag.split(';').next().unwrap_or("").trim());
        for tag in tags.take(10) {
            match tag.get(..2) {
                Some(two) if two.eq_ignore_ascii_case("vi") => return Self::Vi,
                Some(two) if two.eq_ignore_ascii_case("en") => return Self::En,
                _ => {}
            }
        }
        self
    }

    /// ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Vi => "vi",
        }
    }

    /// The next action as a sentence that names who does what.
    pub fn sentence(self, action: NextAction) -> &'static str {
        match self {
            Self::En => english(action),
            Self::Vi => vietnamese(action),
        }
    }
}

fn english(action: NextAction) -> &'static str {
    match action {
        NextAction::Reconnect => "The bank did not accept the login. Please sign in again.",
        NextAction::UseSameLogin => {
            "You signed in with another login than before. Choose “Update credentials” and use the login you linked first."
        }
        NextAction::RetryWhilePresent => {
            "The bank waited for your answer and gave up. Start again and answer its question at once."
        }
        NextAction::ConsentNotGranted => {
            "The consent box was not ticked, so nothing may be read. Start again and tick the box."
        }
        NextAction::SelectAccounts => {
            "No account was left selected. Start again and leave at least one account ticked."
        }
        NextAction::RenewConsent => {
            "Your consent has ended. Choose “Update credentials” to give it again."
        }
        NextAction::ReuseConnection => {
            "This bank is linked already. Open that connection and choose “Update credentials”."
        }
        NextAction::WaitUntil => {
            "The bank was asked a short while ago. We ask again by ourselves as soon as it is allowed."
        }
        NextAction::WaitBudget => {
            "Today's automatic checks are used up. We continue tomorrow; you can refresh now by signing in."
        }
        NextAction::Backoff => {
            "There are many requests just now. We try again by ourselves in a moment."
        }
        NextAction::RetryLater => "It did not work just now. We try again by ourselves.",
        NextAction::BankProblem => {
            "The bank has a problem on its side. We keep trying; you need not do anything."
        }
        NextAction::ChooseOtherBank => {
            "This bank can no longer be linked. Choose another bank, or import a file."
        }
        NextAction::ContactSupport => "Please write to support and give the reference shown here.",
        NextAction::FixContract => {
            "The service is not allowed to do this yet. The operator has been told."
        }
        NextAction::FixKeys => {
            "The service cannot sign in to Salt Edge. The operator has been told."
        }
        NextAction::DeleteInDashboard => {
            "Your consent is revoked. The connection still exists in your own Salt Edge account: sign in to the Salt Edge dashboard and delete it there."
        }
        NextAction::StartAgain => "This attempt has ended. Please start again.",
        NextAction::Confirm => "Come back to this page in the window where you started, to finish.",
        NextAction::FixRequest => {
            "The request was not understood. The application has to be corrected."
        }
        NextAction::Report => "Something unexpected happened. We have been told and look into it.",
    }
}

fn vietnamese(action: NextAction) -> &'static str {
    match action {
        NextAction::Reconnect => {
            "Ngân hàng không chấp nhận thông tin đăng nhập. Vui lòng đăng nhập lại."
        }
        NextAction::UseSameLogin => {
            "Bạn đã đăng nhập bằng tài khoản khác với lần trước. Hãy chọn “Cập nhật thông tin đăng nhập” và dùng đúng tài khoản đã liên kết."
        }
        NextAction::RetryWhilePresent => {
            "Ngân hàng đã chờ câu trả lời của bạn quá lâu. Hãy bắt đầu lại và trả lời ngay khi được hỏi."
        }
        NextAction::ConsentNotGranted => {
            "Bạn chưa đánh dấu ô đồng ý nên không thể đọc dữ liệu. Hãy bắt đầu lại và đánh dấu ô đó."
        }
        NextAction::SelectAccounts => {
            "Không có tài khoản nào được chọn. Hãy bắt đầu lại và chọn ít nhất một tài khoản."
        }
        NextAction::RenewConsent => {
            "Sự đồng ý của bạn đã hết hạn. Hãy chọn “Cập nhật thông tin đăng nhập” để đồng ý lại."
        }
        NextAction::ReuseConnection => {
            "Ngân hàng này đã được liên kết. Hãy mở liên kết đó và chọn “Cập nhật thông tin đăng nhập”."
        }
        NextAction::WaitUntil => {
            "Ngân hàng vừa được hỏi cách đây ít phút. Chúng tôi sẽ tự hỏi lại ngay khi được phép."
        }
        NextAction::WaitBudget => {
            "Số lần kiểm tra tự động hôm nay đã hết. Ngày mai sẽ tiếp tục; bạn có thể làm mới ngay bằng cách đăng nhập."
        }
        NextAction::Backoff => "Hiện có quá nhiều yêu cầu. Chúng tôi sẽ tự thử lại sau giây lát.",
        NextAction::RetryLater => "Lần này chưa được. Chúng tôi sẽ tự thử lại.",
        NextAction::BankProblem => {
            "Ngân hàng đang gặp sự cố. Chúng tôi vẫn tiếp tục thử; bạn không cần làm gì."
        }
        NextAction::ChooseOtherBank => {
            "Ngân hàng này không còn liên kết được. Hãy chọn ngân hàng khác hoặc nhập từ tệp."
        }
        NextAction::ContactSupport => {
            "Vui lòng liên hệ bộ phận hỗ trợ và cung cấp mã tham chiếu này."
        }
        NextAction::FixContract => {
            "Dịch vụ chưa được phép thực hiện việc này. Người vận hành đã được thông báo."
        }
        NextAction::FixKeys => {
            "Dịch vụ không đăng nhập được vào Salt Edge. Người vận hành đã được thông báo."
        }
        NextAction::DeleteInDashboard => {
            "Sự đồng ý của bạn đã được thu hồi. Liên kết vẫn còn trong tài khoản Salt Edge của bạn: hãy đăng nhập trang Salt Edge và xóa tại đó."
        }
        NextAction::StartAgain => "Lần thử này đã kết thúc. Vui lòng bắt đầu lại.",
        NextAction::Confirm => {
            "Hãy quay lại trang này trong cửa sổ nơi bạn đã bắt đầu để hoàn tất."
        }
        NextAction::FixRequest => "Yêu cầu không hợp lệ. Ứng dụng cần được sửa.",
        NextAction::Report => {
            "Đã xảy ra điều bất ngờ. Chúng tôi đã được thông báo và đang xem xét."
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_has_its_own_sentence_in_every_language() {
        let sentences: BTreeSet<_> = NextAction::ALL
            .into_iter()
            .flat_map(|action| [Locale::En.sentence(action), Locale::Vi.sentence(action)])
            .collect();
        assert_eq!(sentences.len(), 2 * NextAction::ALL.len());
    }

    #[test]
    fn the_first_language_that_we_speak_is_taken() {
        for (header, want) in [
            ("vi-VN,vi;q=0.9", Locale::Vi),
            ("fr, vi;q=0.5", Locale::Vi),
            ("de", Locale::En),
            ("", Locale::En),
            ("en-GB,vi", Locale::En),
        ] {
            assert_eq!(Locale::En.or_preferred(header), want, "{header}");
        }
        assert_eq!(Locale::Vi.or_preferred("de"), Locale::Vi);
        {}
    }
}
