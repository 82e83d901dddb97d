//! Why a row is refused, or part of it left out. None of these sentences quotes a cell.

use super::RowMessage;
use crate::Message;
use crate::address::BadAddress;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident: $code:literal, $zh:literal, $en:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            fn message(self) -> Message {
                match self { $(Self::$name => Message::new($code, $zh, $en),)* }
            }
        }
    };
}

reasons! {
    NoGrid: "no_grid",
        "没有网格：请填写所属网格，或导入时指定网格",
        "no grid: fill in the grid, or name one when importing";
    NoRoom: "no_room",
        "没有房号：请填写房号或完整地址",
        "no room: fill in the room or the whole address";
    AddressUnreadable: "address_unreadable",
        "地址无法识别：请写成“3栋2单元501室”或分列填写",
        "the address cannot be read: write it like 3-2-501 or in separate columns";
    AddressBecameDate: "address_became_date",
        "地址被表格软件变成了日期：请把该列设为文本后重新填写",
        "the spreadsheet turned the address into a date: format the column as text and type it again";
    AddressTooLong: "address_too_long",
        "地址的某一部分过长：请检查是否填错列",
        "a part of the address is too long: see whether it is in the wrong column";
    GridTooLong: "grid_too_long",
        "网格编码或名称过长：请检查是否填错列",
        "the grid's code or name is too long: see whether it is in the wrong column";
    NumberMangled: "number_mangled",
        "编码被表格软件写成了科学计数法（如 3.3E+11），已失真：请把该列设为文本后重新填写",
        "the spreadsheet shortened a number to a form like 3.3E+11: format the column as text and type it again";
    IdNumberMisplaced: "id_number_misplaced",
        "网格或地址列中有证件号：请删除后重新导入",
        "an identity number stands in the grid's or the address's column: delete it and import again";
    DoorInTwoGrids: "door_in_two_grids",
        "同一户在前面的行属于另一个网格：请确认属于哪个网格",
        "an earlier row puts the same door in another grid: make sure which is right";
    PhoneInvalid: "phone_invalid",
        "电话不是 7 到 12 位数字，已略去电话",
        "the phone is not 7 to 12 digits and was left out";
    PhoneDiffers: "phone_differs",
        "同一人在前面的行有另一个电话，已保留前面的",
        "an earlier row has another phone for the same person, which was kept";
    CategoryUnknown: "category_unknown",
        "有不认识的关爱类别，已略去该类别",
        "a care category is not known and was left out";
    RiskUnknown: "risk_unknown",
        "风险等级无法识别（高、重点、一般），已略去",
        "the risk level is not high, key or general and was left out";
    KindUnknown: "kind_unknown",
        "房屋类型无法识别，已按住户处理",
        "the kind of door is not known; it was taken as a household";
    KindDiffers: "kind_differs",
        "同一户在前面的行是另一种类型，已保留前面的",
        "an earlier row has another kind for the same door, which was kept";
    ExternalIdUnusable: "external_id_unusable",
        "户编码过长、失真或是证件号，已略去",
        "the door's external id is too long, mangled or an identity number, and was left out";
    ExternalIdRepeated: "external_id_repeated",
        "户编码与前面的行矛盾（一码多户或一户多码），已略去",
        "the external id contradicts an earlier row (one id, two doors, or the reverse) and was left out";
    NameTooLong: "name_too_long",
        "姓名过长，已略去：请检查是否填错列",
        "the name is too long and was left out: see whether it is in the wrong column";
}

impl Reason {
    pub(super) fn about(self, row: u32) -> RowMessage {
        RowMessage {
            row,
            reason: self.message(),
        }
    }
}

impl From<BadAddress> for Reason {
    fn from(why: BadAddress) -> Self {
        match why {
            BadAddress::NoRoom => Self::NoRoom,
            BadAddress::TooLong => Self::AddressTooLong,
            BadAddress::BecameDate => Self::AddressBecameDate,
        }
    }
}

/// The table cannot be read at all.
pub(super) fn no_header() -> Message {
    Message::new(
        "no_header",
        "找不到表头：前 30 行中没有一行写有“房号”或“地址”以及其他列名（如网格、楼栋、姓名）",
        "no header: none of the first 30 rows names a room or an address besides other columns (such as grid, building, name)",
    )
}
