### Những gì người dùng đọc khi có việc cần làm: mỗi bước tiếp theo một câu, đặt tên theo mã của bước đó.
###
### Xưng "chúng tôi", gọi "bạn". Mỗi câu nói rõ ai làm và làm gì; không có phần nào được điền thêm vào câu.

## Trước khi liên kết: điều được cho phép. Ai sửa những lời này thì sửa cả `WORDING`

-consent = Bạn cho phép dịch vụ này đọc, thông qua Salt Edge, các tài khoản mà bạn chọn tại ngân hàng của mình và các giao dịch của chúng. Không thể dùng sự cho phép này để chuyển tiền hay thay đổi điều gì. Nó có hiệu lực trong thời hạn ghi trên trang của Salt Edge, và bạn có thể rút lại tại đây bất cứ lúc nào.

## Người dùng

reconnect = Ngân hàng không chấp nhận thông tin đăng nhập của bạn. Vui lòng đăng nhập lại tại ngân hàng bằng thông tin đúng.
use_same_login = Bạn đã đăng nhập bằng thông tin khác với lần trước. Vui lòng đăng nhập lại bằng đúng thông tin mà bạn đã dùng khi liên kết.
retry_while_present = Ngân hàng đã chờ câu trả lời của bạn quá lâu nên dừng lại. Vui lòng bắt đầu lại, để sẵn điện thoại bên cạnh và trả lời ngay khi được hỏi.
consent_not_granted = Bạn chưa đồng ý chia sẻ dữ liệu nên chúng tôi không được phép đọc gì. Vui lòng bắt đầu lại và đánh dấu vào ô đồng ý.
select_accounts = Bạn chưa chọn tài khoản nào. Vui lòng bắt đầu lại và chọn ít nhất một tài khoản.
renew_consent = Sự đồng ý của bạn đã hết hiệu lực. Vui lòng chọn “Cập nhật thông tin đăng nhập” để đồng ý lại.
reuse_connection = Bạn đã liên kết ngân hàng này rồi. Vui lòng mở liên kết đó và chọn “Cập nhật thông tin đăng nhập”.
choose_other_bank = Ngân hàng này đang ngừng phục vụ. Vui lòng chọn ngân hàng khác hoặc nhập sao kê từ tệp.
contact_support = Chỉ bộ phận hỗ trợ mới có thể mở khóa việc này. Vui lòng liên hệ với họ và cung cấp mã tham chiếu nếu có.
delete_in_dashboard = Sự đồng ý của bạn đã được thu hồi. Liên kết vẫn còn trong tài khoản Salt Edge của chính bạn: vui lòng đăng nhập trang quản lý của Salt Edge và xóa liên kết tại đó.
delete_duplicate = Tài khoản đăng nhập này đã được một dịch vụ khác liên kết trong tài khoản Salt Edge của chính bạn. Vui lòng đăng nhập trang quản lý của Salt Edge, xóa liên kết đó, rồi liên kết lại ngân hàng.
start_again = Lần thử này đã kết thúc. Vui lòng bắt đầu lại.
start_again_later = Lần thử này không thành công nhưng không phải do bạn. Vui lòng chờ vài phút rồi bắt đầu lại.
slow_down = Bạn đã bắt đầu quá nhiều lần trong một giờ. Vui lòng chờ đến thời điểm được hiển thị rồi bắt đầu lại.
try_again = Dịch vụ chưa thực hiện được yêu cầu vào lúc này. Vui lòng thử lại sau vài giây.
correct_contact = Địa chỉ e-mail hoặc số điện thoại không dùng được. Vui lòng sửa lại rồi gửi lần nữa.
open_link = Vui lòng mở liên kết đến Salt Edge trong vòng một giờ và đăng nhập vào ngân hàng của bạn.
finish_at_bank = Vui lòng hoàn tất việc đăng nhập trên trang của Salt Edge và của ngân hàng.
confirm = Chỉ còn một bước nữa. Vui lòng quay lại cửa sổ nơi bạn đã bắt đầu và xác nhận tại đó.

## Không ai: Halite tự tiếp tục

in_progress = Chúng tôi đang lấy dữ liệu của bạn từ ngân hàng. Bạn không cần làm gì và có thể rời trang này.
being_revoked = Chúng tôi đang thu hồi sự đồng ý của bạn và sẽ tiếp tục cho đến khi việc đó được chứng thực. Bạn không cần làm gì.
wait_until = Ngân hàng vừa được hỏi cách đây không lâu. Chúng tôi sẽ tự hỏi lại ngay khi ngân hàng cho phép.
wait_budget = Hôm nay ngân hàng đã được hỏi đủ số lần cho phép khi không có bạn. Ngày mai chúng tôi sẽ tự tiếp tục; nếu cần sớm hơn, bạn hãy làm mới ngay và đăng nhập tại ngân hàng.
backoff = Hiện có quá nhiều yêu cầu. Chúng tôi sẽ tự thử lại sau ít phút.
retry_later = Chưa kết nối được với ngân hàng. Chúng tôi sẽ tự thử lại.

## Ngân hàng

bank_problem = Ngân hàng đang gặp sự cố và phải tự khắc phục. Chúng tôi vẫn tiếp tục thử; bạn không cần làm gì.

## Đơn vị vận hành dịch vụ

fix_contract = Đơn vị vận hành dịch vụ này cần giải quyết việc này với Salt Edge và đã được thông báo. Vui lòng thử lại sau.
fix_keys = Dịch vụ này không đăng nhập được vào Salt Edge. Đơn vị vận hành cần thay khóa truy cập và đã được thông báo. Vui lòng thử lại sau.
fix_request = Ứng dụng đã gửi nội dung mà dịch vụ này không chấp nhận. Đơn vị vận hành ứng dụng cần sửa lại.
report = Đã xảy ra sự cố ngoài dự kiến. Đơn vị vận hành dịch vụ này đã được thông báo và đang xem xét. Vui lòng thử lại sau.
