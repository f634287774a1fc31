### What people read when something is to be done: one message for each next action, named after its code.
###
### Each names who acts and what they do. Sentences have no parts that are filled in: instants and addresses
### stand beside them in the API, and the reader's own clock and language tell them.

## Before a link: what is allowed. Whoever changes these words changes `WORDING`

-consent = You allow this service to read, through Salt Edge, the accounts that you choose at your bank and their transactions. Nothing can be paid or changed with it. It lasts as long as the page of Salt Edge says, and you may take it back here at any time.

## The end user

reconnect = The bank did not accept your login. Please sign in at the bank again, with the right details.
use_same_login = You signed in with another login than before. Please sign in again with the login that you linked first.
retry_while_present = The bank waited for your answer and gave up. Please start again, keep your phone at hand and answer at once.
consent_not_granted = You did not give your consent, so nothing may be read. Please start again and tick the consent box.
select_accounts = You left no account selected. Please start again and leave at least one account ticked.
renew_consent = Your consent has ended. Please choose “Update credentials” and give it again.
reuse_connection = You have linked this bank already. Please open that link and choose “Update credentials” there.
choose_other_bank = This bank is out of service. Please choose another bank, or import your statements from a file.
contact_support = Only the support team can unlock this. Please write to them, and give the reference if one is shown.
delete_in_dashboard = Your consent is revoked. The connection itself is still in your own Salt Edge account: please sign in to the Salt Edge dashboard and delete it there.
delete_duplicate = This login is already connected in your own Salt Edge account, by another service. Please sign in to the Salt Edge dashboard, delete that connection there, then link the bank again.
start_again = This attempt has ended. Please start again.
start_again_later = This attempt failed through no fault of yours. Please wait a few minutes and start again.
slow_down = You started too often within an hour. Please wait until the time shown and start again.
try_again = The service could not do that at this moment. Please try again in a few seconds.
correct_contact = The e-mail address or phone number cannot be used. Please correct it and send it again.
open_link = Please open the link to Salt Edge within the hour and sign in at your bank.
finish_at_bank = Please finish signing in on the pages of Salt Edge and of your bank.
confirm = One step is left. Please come back to the window where you started and confirm there.

## Nobody: Halite goes on by itself

in_progress = We are fetching your data from the bank. You need not do anything and may leave this page.
being_revoked = We are taking your consent back and go on until that is proven. You need not do anything.
wait_until = The bank was asked a short while ago. We ask it again by ourselves as soon as it allows that.
wait_budget = The bank has been asked as often today as is allowed without you. We go on tomorrow by ourselves; to have it sooner, refresh now and sign in at the bank.
backoff = There are too many requests just now. We try again by ourselves in a few minutes.
retry_later = The bank could not be reached. We try again by ourselves.

## The bank

bank_problem = The bank has a problem on its side and has to mend it. We keep trying; you need not do anything.

## The operator of the service

fix_contract = The operator of this service has to settle this with Salt Edge and has been told. Please try again later.
fix_keys = This service cannot sign in at Salt Edge. Its operator has to renew the keys and has been told. Please try again later.
fix_request = The application sent something that this service does not accept. Its operator has to correct it.
report = Something unexpected happened. The operator of this service has been told and looks into it. Please try again later.
